package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

// The simulator makes its machines one after the other and waits 20 ms for each task: ten thousand take it eight minutes. These are
// made many at once, without disks and networks, which nobody meters. A folder holds at most this many, since each new one is
// compared with the names of all that are there.
const (
	machinesOfAFolder = 500
	lanes             = 32
)

type place struct {
	prefix string
	pool   types.ManagedObjectReference
	host   *types.ManagedObjectReference
	folder types.ManagedObjectReference
}

// populate puts count machines into each pool of each cluster, or into the cluster's own pool where it has no others, and on each
// standalone host.
func populate(d *driver, count int, autostart bool) error {
	var queue []func() error
	for _, at := range places(d) {
		folder := at.folder
		for i := range count {
			if count > machinesOfAFolder && i%machinesOfAFolder == 0 {
				made, err := methods.CreateFolder(context.Background(), d.model.Service, &types.CreateFolder{
					This: at.folder, Name: fmt.Sprintf("%s_F%d", at.prefix, i/machinesOfAFolder),
				})
				if err != nil {
					return words(err)
				}
				folder = made.Returnval
			}
			name, in := fmt.Sprintf("%s_VM%d", at.prefix, i), folder
			queue = append(queue, func() error { return d.makeMachine(name, in, at, autostart) })
		}
	}
	work := make(chan func() error, len(queue))
	for _, one := range queue {
		work <- one
	}
	close(work)
	var group sync.WaitGroup
	faults := make(chan error, lanes)
	for range lanes {
		group.Add(1)
		go func() {
			defer group.Done()
			for one := range work {
				if err := one(); err != nil {
					faults <- err
					return
				}
			}
		}()
	}
	group.Wait()
	select {
	case err := <-faults:
		return err
	default:
		return nil
	}
}

func places(d *driver) []place {
	registry := d.model.Map()
	var all []place
	for _, entity := range registry.All("ClusterComputeResource") {
		cluster := entity.(*simulator.ClusterComputeResource)
		root := registry.Get(*cluster.ResourcePool).(*simulator.ResourcePool)
		folder := vmFolder(registry, cluster.Parent)
		pools := root.ResourcePool.ResourcePool
		if len(pools) == 0 {
			all = append(all, place{cluster.Name + "_RP0", root.Self, nil, folder})
		}
		for _, ref := range pools {
			all = append(all, place{registry.Get(ref).(*simulator.ResourcePool).Name, ref, nil, folder})
		}
	}
	for _, entity := range registry.All("HostSystem") {
		host := entity.(*simulator.HostSystem)
		if parent, ok := registry.Get(*host.Parent).(*simulator.ClusterComputeResource); ok && parent != nil {
			continue
		}
		var compute struct{ pool types.ManagedObjectReference }
		for _, entity := range registry.All("ResourcePool") {
			pool := entity.(*simulator.ResourcePool)
			if pool.Owner == *host.Parent && pool.Parent != nil && *pool.Parent == *host.Parent {
				compute.pool = pool.Self
			}
		}
		above := registry.Get(*host.Parent).(interface {
			Reference() types.ManagedObjectReference
		})
		all = append(all, place{host.Name, compute.pool, &host.Self, vmFolder(registry, parentOf(registry, above.Reference()))})
	}
	return all
}

func parentOf(registry *simulator.Registry, ref types.ManagedObjectReference) *types.ManagedObjectReference {
	for _, entity := range registry.All(ref.Type) {
		if entity.Reference() == ref {
			return entity.Entity().Parent
		}
	}
	return nil
}

// vmFolder is the folder for machines of the datacentre that a folder of hosts is in.
func vmFolder(registry *simulator.Registry, above *types.ManagedObjectReference) types.ManagedObjectReference {
	for above != nil {
		if dc, ok := registry.Get(*above).(*simulator.Datacenter); ok {
			return dc.VmFolder
		}
		above = parentOf(registry, *above)
	}
	panic("a host stands in no datacentre")
}

func (d *driver) makeMachine(name string, folder types.ManagedObjectReference, at place, autostart bool) error {
	spec := types.VirtualMachineConfigSpec{
		Name: name, GuestId: string(types.VirtualMachineGuestOsIdentifierOtherGuest),
		Files: &types.VirtualMachineFileInfo{VmPathName: "[LocalDS_0]"},
	}
	made, err := methods.CreateVM_Task(context.Background(), d.model.Service, &types.CreateVM_Task{
		This: folder, Config: spec, Pool: at.pool, Host: at.host,
	})
	vm, err := task(d, err, func() types.ManagedObjectReference { return made.Returnval })
	if err != nil || !autostart {
		return err
	}
	_, err = d.do(&action{Do: "power", VM: vm, To: "on"})
	return err
}
