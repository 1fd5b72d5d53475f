/**
 * A small piece of an answer, such as one object with its properties. Names are local ones: vCenters, proxies and simulators
 * choose their prefixes as they like, so namespaces are resolved where the answer is read.
 */
export class XmlElement {
  readonly name: string;
  /** `xsi:type` without its prefix: `ManagedObjectReference`, `VmPoweredOnEvent`; empty where it is not said. */
  readonly type: string;
  /** The attribute `type` of a reference: `VirtualMachine`; empty elsewhere. */
  readonly ref: string;
  text = '';
  children: XmlElement[] | undefined;

  constructor(name: string, type: string, ref: string) {
    this.name = name;
    this.type = type;
    this.ref = ref;
  }

  /** The first child of that name. */
  child(name: string): XmlElement | undefined {
    const children = this.children;
    if (children === undefined) return undefined;
    for (const child of children) if (child.name === name) return child;
    return undefined;
  }

  /** All children of that name. */
  all(name: string): readonly XmlElement[] {
    return this.children?.filter((child) => child.name === name) ?? [];
  }

  /** The text of a child, or of a child's child; undefined where there is none. */
  textOf(...path: readonly string[]): string | undefined {
    let here: XmlElement | undefined = this;
    for (const name of path) {
      here = here.child(name);
      if (here === undefined) return undefined;
    }
    return here.text;
  }
}
