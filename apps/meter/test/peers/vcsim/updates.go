package main

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// The simulator's own WaitForUpdatesEx collects every object of the filter anew for each single change of anything, so a
// thousand changes among ten thousand machines take it hours. This one keeps, as a vCenter does, which properties of which objects have
// changed, gives their values at the time of the answer, counts versions up and refuses one that it has not given.
// Everything else, the reading of properties included, is the simulator's.
func coalesceUpdates(registry *simulator.Registry) {
	own := new(coalescingCollector)
	own.Self = registry.AllReference("PropertyCollector")[0].Reference()
	registry.Put(own)
}

// A vCenter gives this many objects in one answer, whatever is asked for.
const objectsOfAnAnswer = 100

type coalescingCollector struct {
	simulator.PropertyCollector

	lock    sync.Mutex
	version int
	dirty   map[types.ManagedObjectReference]*dirt
	order   []types.ManagedObjectReference
	known   map[types.ManagedObjectReference]bool
	queue   []types.ObjectUpdate
	cancel  chan struct{}
}

type dirt struct {
	gone  bool
	names map[string]bool
}

func (c *coalescingCollector) touch(ref types.ManagedObjectReference) *dirt {
	found, ok := c.dirty[ref]
	if !ok {
		found = &dirt{names: map[string]bool{}}
		c.dirty[ref] = found
		c.order = append(c.order, ref)
	}
	return found
}

func (c *coalescingCollector) PutObject(_ *simulator.Context, o mo.Reference) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.touch(o.Reference()).gone = false
}

func (c *coalescingCollector) UpdateObject(_ *simulator.Context, o mo.Reference, changes []types.PropertyChange) {
	ref := o.Reference()
	if ref.Type == "Task" || ref.Type == "EventHistoryCollector" || ref.Type == "ContainerView" {
		return
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	touched := c.touch(ref)
	for _, change := range changes {
		touched.names[change.Name] = true
	}
}

func (c *coalescingCollector) RemoveObject(_ *simulator.Context, ref types.ManagedObjectReference) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.touch(ref).gone = true
}

func (c *coalescingCollector) CancelWaitForUpdates(*types.CancelWaitForUpdates) soap.HasFault {
	c.lock.Lock()
	if c.cancel != nil {
		close(c.cancel)
		c.cancel = nil
	}
	c.lock.Unlock()
	return &methods.CancelWaitForUpdatesBody{Res: new(types.CancelWaitForUpdatesResponse)}
}

func (c *coalescingCollector) WaitForUpdatesEx(ctx *simulator.Context, r *types.WaitForUpdatesEx) soap.HasFault {
	body := new(methods.WaitForUpdatesExBody)
	if len(c.Filter) == 0 {
		body.Res = new(types.WaitForUpdatesExResponse)
		return body
	}
	ref := c.Filter[0]
	spec := ctx.Session.Get(ref).(*simulator.PropertyFilter).Spec

	switch {
	case r.Version == "":
		c.lock.Lock()
		c.dirty, c.order, c.known, c.queue = map[types.ManagedObjectReference]*dirt{}, nil, map[types.ManagedObjectReference]bool{}, nil
		c.lock.Unlock()
		ctx.Map.AddHandler(c)
		c.queue = c.read(ctx, spec, types.ObjectUpdateKindEnter)
	case r.Version != strconv.Itoa(c.version):
		body.Fault_ = simulator.Fault("The version is not one of this collector", new(types.InvalidCollectorVersion))
		return body
	case len(c.queue) == 0:
		if !c.wait(r.Options) {
			body.Fault_ = simulator.Fault("", new(types.RequestCanceled))
			return body
		}
		c.collectDirt(ctx, spec)
		if len(c.queue) == 0 {
			body.Res = new(types.WaitForUpdatesExResponse)
			return body
		}
	}

	size := objectsOfAnAnswer
	if r.Options != nil && r.Options.MaxObjectUpdates > 0 && int(r.Options.MaxObjectUpdates) < size {
		size = int(r.Options.MaxObjectUpdates)
	}
	size = min(size, len(c.queue))
	page := c.queue[:size]
	c.queue = c.queue[size:]
	c.version++
	set := &types.UpdateSet{
		Version:   strconv.Itoa(c.version),
		FilterSet: []types.PropertyFilterUpdate{{Filter: ref, ObjectSet: page}},
	}
	if len(c.queue) > 0 {
		set.Truncated = types.NewBool(true)
	}
	body.Res = &types.WaitForUpdatesExResponse{Returnval: set}
	return body
}

// wait ends when something has changed or the time is over; false when it was cancelled.
func (c *coalescingCollector) wait(options *types.WaitOptions) bool {
	var end time.Time
	if options != nil && options.MaxWaitSeconds != nil {
		end = time.Now().Add(time.Duration(*options.MaxWaitSeconds) * time.Second)
	}
	c.lock.Lock()
	cancel := make(chan struct{})
	c.cancel = cancel
	c.lock.Unlock()
	for {
		c.lock.Lock()
		changed := len(c.order) > 0
		c.lock.Unlock()
		if changed || (!end.IsZero() && !time.Now().Before(end)) {
			return true
		}
		select {
		case <-cancel:
			return false
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (c *coalescingCollector) collectDirt(ctx *simulator.Context, spec types.PropertyFilterSpec) {
	c.lock.Lock()
	order, dirty := c.order, c.dirty
	c.order, c.dirty = nil, map[types.ManagedObjectReference]*dirt{}
	c.lock.Unlock()
	for _, ref := range order {
		d := dirty[ref]
		switch {
		case d.gone:
			if c.known[ref] {
				delete(c.known, ref)
				c.queue = append(c.queue, types.ObjectUpdate{Obj: ref, Kind: types.ObjectUpdateKindLeave})
			}
		case !c.known[ref]:
			c.queue = append(c.queue, c.read(ctx, only(spec, ref, nil), types.ObjectUpdateKindEnter)...)
		default:
			if paths := changedPaths(spec, ref, d.names); len(paths) > 0 {
				c.queue = append(c.queue, c.read(ctx, only(spec, ref, paths), types.ObjectUpdateKindModify)...)
			}
		}
	}
}

func (c *coalescingCollector) read(ctx *simulator.Context, spec types.PropertyFilterSpec, kind types.ObjectUpdateKind) []types.ObjectUpdate {
	missing := true
	spec.ReportMissingObjectsInResults = &missing
	res := c.RetrievePropertiesEx(ctx, &types.RetrievePropertiesEx{This: c.Self, SpecSet: []types.PropertyFilterSpec{spec}})
	if res.Fault() != nil {
		return nil
	}
	objects := res.(*methods.RetrievePropertiesExBody).Res.Returnval.Objects
	updates := make([]types.ObjectUpdate, 0, len(objects))
	for _, o := range objects {
		update := types.ObjectUpdate{Obj: o.Obj, Kind: kind}
		for _, p := range o.PropSet {
			update.ChangeSet = append(update.ChangeSet, types.PropertyChange{Op: types.PropertyChangeOpAssign, Name: p.Name, Val: p.Val})
		}
		c.known[o.Obj] = true
		updates = append(updates, update)
	}
	return updates
}

// only is the filter for a single object, whole or some of its paths. Its type is not in the filter: nothing is selected.
func only(spec types.PropertyFilterSpec, ref types.ManagedObjectReference, paths []string) types.PropertyFilterSpec {
	narrow := types.PropertyFilterSpec{PropSet: spec.PropSet, ObjectSet: []types.ObjectSpec{{Obj: ref}}}
	if paths != nil {
		narrow.PropSet = []types.PropertySpec{{Type: ref.Type, PathSet: paths}}
	}
	return narrow
}

func changedPaths(spec types.PropertyFilterSpec, ref types.ManagedObjectReference, names map[string]bool) []string {
	var paths []string
	for _, set := range spec.PropSet {
		if set.Type != ref.Type && !(set.Type == "ComputeResource" && ref.Type == "ClusterComputeResource") {
			continue
		}
		for _, path := range set.PathSet {
			for name := range names {
				if name == path || strings.HasPrefix(name, path+".") || strings.HasPrefix(path, name+".") {
					paths = append(paths, path)
					break
				}
			}
		}
	}
	return paths
}
