package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// action is one thing that an administrator does, or that happens to a data centre. Objects are named by their ids (vm-52).
type action struct {
	Do          string `json:"do"`
	VM          string `json:"vm"`
	Host        string `json:"host"`
	Cluster     string `json:"cluster"`
	Pool        string `json:"pool"`
	Folder      string `json:"folder"`
	Entity      string `json:"entity"`
	Name        string `json:"name"`
	To          string `json:"to"`
	CPUs        int32  `json:"cpus"`
	MemoryMib   int64  `json:"memoryMib"`
	Reservation *int64 `json:"reservationMib"`
	Key         string `json:"key"`
	Edition     string `json:"edition"`
	Category    string `json:"category"`
	Method      string `json:"method"`
	Fault       string `json:"fault"`
	Count       int    `json:"count"`
	UsedMib     int64  `json:"usedMib"`
	RawMib      int64  `json:"rawMib"`
	Ms          int    `json:"ms"`
}

type outcome struct {
	// The id of what was made.
	Made  string `json:"made,omitempty"`
	Error string `json:"error,omitempty"`
}

type driver struct {
	model *simulator.Model
	ctx   *simulator.Context
}

func newDriver(model *simulator.Model) *driver {
	return &driver{model, simulatorContext(model)}
}

func (d *driver) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /drive", d.drive)
	mux.HandleFunc("GET /truth", d.truth)
	mux.HandleFunc("GET /events", d.events)
	return mux
}

func simulatorContext(model *simulator.Model) *simulator.Context {
	ctx := simulator.NewContext()
	ctx.Map = model.Map()
	ctx.Session.Map = model.Map()
	return ctx
}

// drive does a list of actions: those of one machine in their order, `parallel` machines at once. With 1 all are in order.
func (d *driver) drive(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Actions  []action `json:"actions"`
		Parallel int      `json:"parallel"`
	}
	if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	outcomes := make([]outcome, len(ask.Actions))
	lanes := map[string][]int{}
	var order []string
	for i, a := range ask.Actions {
		lane := a.VM
		if ask.Parallel <= 1 {
			lane = ""
		}
		if _, ok := lanes[lane]; !ok {
			order = append(order, lane)
		}
		lanes[lane] = append(lanes[lane], i)
	}
	queue := make(chan string, len(order))
	for _, lane := range order {
		queue <- lane
	}
	close(queue)
	var group sync.WaitGroup
	for range max(1, ask.Parallel) {
		group.Add(1)
		go func() {
			defer group.Done()
			for lane := range queue {
				for _, i := range lanes[lane] {
					made, err := d.do(&ask.Actions[i])
					outcomes[i].Made = made
					if err != nil {
						outcomes[i].Error = err.Error()
					}
				}
			}
		}()
	}
	group.Wait()
	_ = json.NewEncoder(w).Encode(outcomes)
}

func (d *driver) do(a *action) (string, error) {
	vm := types.ManagedObjectReference{Type: "VirtualMachine", Value: a.VM}
	through := d.model.Service
	ctx := context.Background()
	switch a.Do {
	case "wait":
		time.Sleep(time.Duration(a.Ms) * time.Millisecond)
		return "", nil
	case "power":
		switch a.To {
		case "on":
			res, err := methods.PowerOnVM_Task(ctx, through, &types.PowerOnVM_Task{This: vm})
			return task(d, err, func() types.ManagedObjectReference { return res.Returnval })
		case "off":
			res, err := methods.PowerOffVM_Task(ctx, through, &types.PowerOffVM_Task{This: vm})
			return task(d, err, func() types.ManagedObjectReference { return res.Returnval })
		case "suspended":
			res, err := methods.SuspendVM_Task(ctx, through, &types.SuspendVM_Task{This: vm})
			return task(d, err, func() types.ManagedObjectReference { return res.Returnval })
		case "reset":
			res, err := methods.ResetVM_Task(ctx, through, &types.ResetVM_Task{This: vm})
			return task(d, err, func() types.ManagedObjectReference { return res.Returnval })
		}
	case "reconfigure":
		spec := types.VirtualMachineConfigSpec{Name: a.Name, NumCPUs: a.CPUs, MemoryMB: a.MemoryMib}
		if a.Reservation != nil {
			spec.MemoryAllocation = &types.ResourceAllocationInfo{Reservation: a.Reservation}
		}
		res, err := methods.ReconfigVM_Task(ctx, through, &types.ReconfigVM_Task{This: vm, Spec: spec})
		return task(d, err, func() types.ManagedObjectReference { return res.Returnval })
	case "relocate":
		spec := types.VirtualMachineRelocateSpec{Host: ref("HostSystem", a.Host), Pool: ref("ResourcePool", a.Pool), Folder: ref("Folder", a.Folder)}
		res, err := methods.RelocateVM_Task(ctx, through, &types.RelocateVM_Task{This: vm, Spec: spec})
		return task(d, err, func() types.ManagedObjectReference { return res.Returnval })
	case "create":
		spec := types.VirtualMachineConfigSpec{
			Name: a.Name, NumCPUs: a.CPUs, MemoryMB: a.MemoryMib, GuestId: string(types.VirtualMachineGuestOsIdentifierOtherGuest),
			Files: &types.VirtualMachineFileInfo{VmPathName: "[LocalDS_0]"},
		}
		if a.Reservation != nil {
			spec.MemoryAllocation = &types.ResourceAllocationInfo{Reservation: a.Reservation}
		}
		res, err := methods.CreateVM_Task(ctx, through, &types.CreateVM_Task{
			This: *ref("Folder", a.Folder), Config: spec, Pool: *ref("ResourcePool", a.Pool), Host: ref("HostSystem", a.Host),
		})
		return task(d, err, func() types.ManagedObjectReference { return res.Returnval })
	case "clone":
		res, err := methods.CloneVM_Task(ctx, through, &types.CloneVM_Task{
			This: vm, Folder: *ref("Folder", a.Folder), Name: a.Name,
			Spec: types.VirtualMachineCloneSpec{Location: types.VirtualMachineRelocateSpec{Pool: ref("ResourcePool", a.Pool), Host: ref("HostSystem", a.Host)}},
		})
		return task(d, err, func() types.ManagedObjectReference { return res.Returnval })
	case "destroy":
		res, err := methods.Destroy_Task(ctx, through, &types.Destroy_Task{This: vm})
		return task(d, err, func() types.ManagedObjectReference { return res.Returnval })
	case "template":
		return "", d.template(ctx, a, vm)
	case "move-into-folder":
		entity := vm
		if a.Entity != "" {
			entity = *ref("Folder", a.Entity)
		}
		res, err := methods.MoveIntoFolder_Task(ctx, through, &types.MoveIntoFolder_Task{
			This: *ref("Folder", a.Folder), List: []types.ManagedObjectReference{entity},
		})
		return task(d, err, func() types.ManagedObjectReference { return res.Returnval })
	case "create-folder":
		res, err := methods.CreateFolder(ctx, through, &types.CreateFolder{This: *ref("Folder", a.Folder), Name: a.Name})
		if err != nil {
			return "", err
		}
		return res.Returnval.Value, nil
	case "create-pool":
		res, err := methods.CreateResourcePool(ctx, through, &types.CreateResourcePool{
			This: *ref("ResourcePool", a.Pool), Name: a.Name, Spec: types.DefaultResourceConfigSpec(),
		})
		if err != nil {
			return "", err
		}
		return res.Returnval.Value, nil
	case "add-host":
		spec := types.HostConnectSpec{HostName: a.Name, UserName: "root", Password: "unused", Force: true}
		res, err := methods.AddHost_Task(ctx, through, &types.AddHost_Task{
			This: *ref("ClusterComputeResource", a.Cluster), Spec: spec, AsConnected: true,
		})
		return task(d, err, func() types.ManagedObjectReference { return res.Returnval })
	case "remove-host":
		res, err := methods.Destroy_Task(ctx, through, &types.Destroy_Task{This: *ref("HostSystem", a.Host)})
		return task(d, err, func() types.ManagedObjectReference { return res.Returnval })
	case "license":
		return "", d.license(ctx, a)
	case "vsan":
		return d.vsan(a)
	case "end-sessions":
		return "", d.endSessions(ctx)
	case "fault":
		return "", d.fault(a)
	case "no-fault":
		through.ClearFaultRules()
		return "", nil
	}
	return "", fmt.Errorf("there is no action %q to %q", a.Do, a.To)
}

func ref(kind, value string) *types.ManagedObjectReference {
	if value == "" {
		return nil
	}
	return &types.ManagedObjectReference{Type: kind, Value: value}
}

// task waits for a task to end and gives what it made. The simulator leaves its tasks for ever; ours are thrown away.
func task(d *driver, err error, made func() types.ManagedObjectReference) (string, error) {
	if err != nil {
		return "", words(err)
	}
	t := d.model.Map().Get(made()).(*simulator.Task)
	t.Wait()
	defer d.model.Map().Remove(d.ctx, t.Self)
	if t.Info.Error != nil {
		return "", fmt.Errorf("%T: %s", t.Info.Error.Fault, t.Info.Error.LocalizedMessage)
	}
	if result, ok := t.Info.Result.(types.ManagedObjectReference); ok {
		return result.Value, nil
	}
	return "", nil
}

func words(err error) error {
	if soap.IsSoapFault(err) {
		fault := soap.ToSoapFault(err)
		return fmt.Errorf("%T: %s", fault.VimFault(), fault.String)
	}
	return err
}

// template marks, and tells of it: the simulator changes the machine in silence, a vCenter sends the update.
func (d *driver) template(ctx context.Context, a *action, vm types.ManagedObjectReference) error {
	is := a.To != "machine"
	var err error
	if is {
		_, err = methods.MarkAsTemplate(ctx, d.model.Service, &types.MarkAsTemplate{This: vm})
	} else {
		_, err = methods.MarkAsVirtualMachine(ctx, d.model.Service, &types.MarkAsVirtualMachine{
			This: vm, Pool: *ref("ResourcePool", a.Pool), Host: ref("HostSystem", a.Host),
		})
	}
	if err != nil {
		return words(err)
	}
	obj := d.model.Map().Get(vm)
	d.model.Map().AtomicUpdate(d.ctx, obj, []types.PropertyChange{
		{Name: "config.template", Val: is}, {Name: "summary.config.template", Val: is},
	})
	return nil
}

// license gives a host a licence key. Edition and category are what a vCenter knows of a key and the simulator does not.
func (d *driver) license(ctx context.Context, a *action) error {
	manager := d.model.ServiceContent.LicenseManager
	if _, err := methods.AddLicense(ctx, d.model.Service, &types.AddLicense{This: *manager, LicenseKey: a.Key}); err != nil {
		return words(err)
	}
	lm := d.model.Map().Get(*manager).(*simulator.LicenseManager)
	for i := range lm.Licenses {
		if lm.Licenses[i].LicenseKey == a.Key {
			lm.Licenses[i].EditionKey = a.Edition
			lm.Licenses[i].Name = a.Name
			if a.Category != "" {
				lm.Licenses[i].Labels = []types.KeyValue{{Key: "meterhouse.category", Value: a.Category}}
			}
		}
	}
	_, err := methods.UpdateAssignedLicense(ctx, d.model.Service, &types.UpdateAssignedLicense{
		This: *lm.LicenseAssignmentManager, Entity: a.Host, LicenseKey: a.Key,
	})
	if err != nil {
		return words(err)
	}
	return nil
}

// vsan turns the first datastore of a cluster into its vSAN datastore.
func (d *driver) vsan(a *action) (string, error) {
	obj := d.model.Map().Get(*ref("ClusterComputeResource", a.Cluster))
	if obj == nil {
		return "", errors.New("there is no such cluster")
	}
	cluster := obj.(*simulator.ClusterComputeResource)
	if len(cluster.Datastore) == 0 {
		return "", errors.New("the cluster has no datastore")
	}
	ds := d.model.Map().Get(cluster.Datastore[0]).(*simulator.Datastore)
	d.ctx.WithLock(ds, func() {
		summary := ds.Summary
		summary.Type = "vsan"
		summary.Capacity = a.RawMib << 20
		summary.FreeSpace = (a.RawMib - a.UsedMib) << 20
		d.ctx.Update(ds, []types.PropertyChange{{Name: "summary", Val: summary}})
	})
	d.ctx.WithLock(cluster, func() {
		config := cluster.ConfigurationEx.(*types.ClusterConfigInfoEx)
		config.VsanConfigInfo = &types.VsanClusterConfigInfo{Enabled: types.NewBool(true)}
		d.ctx.Update(cluster, []types.PropertyChange{{Name: "configurationEx", Val: config}})
	})
	return ds.Self.Value, nil
}

// endSessions ends every session but the driver's own, as an administrator or an idle timeout does.
func (d *driver) endSessions(ctx context.Context) error {
	manager := d.ctx.Session.Get(*d.model.ServiceContent.SessionManager).(*simulator.SessionManager)
	for _, session := range manager.SessionList {
		_, err := methods.TerminateSession(ctx, d.model.Service, &types.TerminateSession{
			This: manager.Self, SessionId: []string{session.Key},
		})
		if err != nil {
			return words(err)
		}
	}
	return nil
}

// fault makes a method fail, `count` times or for ever.
func (d *driver) fault(a *action) error {
	kinds := map[string]types.BaseMethodFault{
		"NoPermission": &types.NoPermission{
			SecurityError: types.SecurityError{}, Object: &d.model.ServiceContent.RootFolder, PrivilegeId: a.Name,
		},
		"NotAuthenticated":        &types.NotAuthenticated{NoPermission: types.NoPermission{Object: &d.model.ServiceContent.RootFolder}},
		"InvalidCollectorVersion": new(types.InvalidCollectorVersion),
		"MethodNotFound":          new(types.MethodNotFound),
	}
	kind, ok := kinds[a.Fault]
	if !ok {
		return fmt.Errorf("there is no fault %q", a.Fault)
	}
	d.model.Service.AddFaultRule(&simulator.FaultInjectionRule{
		MethodName: a.Method, ObjectType: "*", Probability: 1, Fault: kind, FaultType: simulator.FaultTypeCustom,
		MaxCount: a.Count, Enabled: true, Message: a.Fault,
	})
	return nil
}
