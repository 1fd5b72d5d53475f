package main

import (
	"encoding/json"
	"net/http"
	"reflect"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

// What there is, read from the simulator's own objects and not through its API: a meter that misreads the API cannot agree
// with it by the same mistake.

type machineTruth struct {
	ID          string `json:"id"`
	UUID        string `json:"uuid"`
	Name        string `json:"name"`
	Power       string `json:"power"`
	CPUs        int32  `json:"cpus"`
	MemoryMib   int32  `json:"memoryMib"`
	Reservation int64  `json:"reservationMib"`
	Committed   int64  `json:"committedBytes"`
	Template    bool   `json:"template"`
	Host        string `json:"host"`
	Pool        string `json:"pool"`
	Folder      string `json:"folder"`
}

type hostTruth struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Parent  string `json:"parent"`
	Sockets int16  `json:"sockets"`
	Cores   int16  `json:"cores"`
	Memory  int64  `json:"memoryBytes"`
	Model   string `json:"model"`
	License string `json:"license"`
}

type placeTruth struct {
	ID     string `json:"id"`
	Type   string `json:"type"`
	Name   string `json:"name"`
	Parent string `json:"parent"`
}

func (d *driver) truth(w http.ResponseWriter, _ *http.Request) {
	registry := d.model.Map()
	machines := []machineTruth{}
	for _, entity := range registry.All("VirtualMachine") {
		vm := entity.(*simulator.VirtualMachine)
		d.ctx.WithLock(vm, func() {
			truth := machineTruth{
				ID: vm.Self.Value, UUID: vm.Config.InstanceUuid, Name: vm.Name, CPUs: vm.Config.Hardware.NumCPU,
				MemoryMib: vm.Config.Hardware.MemoryMB, Template: vm.Config.Template,
				Power:  map[types.VirtualMachinePowerState]string{"poweredOn": "on", "poweredOff": "off", "suspended": "suspended"}[vm.Runtime.PowerState],
				Host:   value(vm.Runtime.Host),
				Pool:   value(vm.ResourcePool),
				Folder: value(vm.Parent),
			}
			if vm.Config.MemoryAllocation != nil && vm.Config.MemoryAllocation.Reservation != nil {
				truth.Reservation = *vm.Config.MemoryAllocation.Reservation
			}
			if vm.Summary.Storage != nil {
				truth.Committed = vm.Summary.Storage.Committed
			}
			machines = append(machines, truth)
		})
	}
	licenses := d.licenses()
	hosts := []hostTruth{}
	for _, entity := range registry.All("HostSystem") {
		h := entity.(*simulator.HostSystem)
		hosts = append(hosts, hostTruth{
			ID: h.Self.Value, Name: h.Name, Parent: value(h.Parent), Sockets: h.Hardware.CpuInfo.NumCpuPackages,
			Cores: h.Hardware.CpuInfo.NumCpuCores, Memory: h.Hardware.MemorySize, Model: h.Hardware.SystemInfo.Model,
			License: licenses[h.Self.Value],
		})
	}
	places := []placeTruth{}
	for _, kind := range []string{"Folder", "Datacenter", "ClusterComputeResource", "ComputeResource", "ResourcePool"} {
		for _, entity := range registry.All(kind) {
			e := entity.Entity()
			places = append(places, placeTruth{ID: e.Self.Value, Type: kind, Name: e.Name, Parent: value(e.Parent)})
		}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"machines": machines, "hosts": hosts, "places": places})
}

func (d *driver) licenses() map[string]string {
	manager := d.model.Map().Get(*d.model.ServiceContent.LicenseManager).(*simulator.LicenseManager)
	assigned := d.model.Map().Get(*manager.LicenseAssignmentManager).(*simulator.LicenseAssignmentManager)
	keys := map[string]string{}
	for _, one := range assigned.QueryAssignedLicensesResponse.Returnval {
		keys[one.EntityId] = one.AssignedLicense.LicenseKey
	}
	return keys
}

// events gives the whole event history, oldest first: the times that a meter's spans are compared with.
func (d *driver) events(w http.ResponseWriter, r *http.Request) {
	manager := *d.model.ServiceContent.EventManager
	made, err := methods.CreateCollectorForEvents(r.Context(), d.model.Service, &types.CreateCollectorForEvents{
		This: manager, Filter: types.EventFilterSpec{MaxCount: 1},
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer methods.DestroyCollector(r.Context(), d.model.Service, &types.DestroyCollector{This: made.Returnval})
	read, err := methods.ReadNextEvents(r.Context(), d.model.Service, &types.ReadNextEvents{This: made.Returnval, MaxCount: 1_000_000})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	type line struct {
		Type string `json:"type"`
		VM   string `json:"vm,omitempty"`
		Ms   int64  `json:"ms"`
	}
	lines := make([]line, 0, len(read.Returnval))
	for _, event := range read.Returnval {
		e := event.GetEvent()
		one := line{Type: reflect.TypeOf(event).Elem().Name(), Ms: e.CreatedTime.UnixMilli()}
		if e.Vm != nil {
			one.VM = e.Vm.Vm.Value
		}
		lines = append(lines, one)
	}
	_ = json.NewEncoder(w).Encode(lines)
}

func value(ref *types.ManagedObjectReference) string {
	if ref == nil {
		return ""
	}
	return ref.Value
}
