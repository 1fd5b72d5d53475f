// Command vcsim is the vCenter of the tests: govmomi's simulator, started with an inventory of any size, and driven and asked
// for the truth on a second address that the meter never sees. The module github.com/vmware/govmomi/vcsim is not used since
// it cannot be driven; the simulator that it wraps is the same.
//
// It prints one line of JSON when it listens, and ends when its standard input does: a test that dies leaves no vCenter behind.
package main

import (
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
)

func main() {
	model := simulator.VPX()
	listen := flag.String("listen", "127.0.0.1:0", "address of the vCenter")
	flag.IntVar(&model.Datacenter, "datacenters", 1, "datacentres")
	flag.IntVar(&model.Folder, "folders", 0, "datacentres that stand in folders of their own")
	flag.IntVar(&model.Cluster, "clusters", 1, "clusters in each datacentre")
	flag.IntVar(&model.ClusterHost, "hosts", 3, "hosts in each cluster")
	flag.IntVar(&model.Host, "standalone", 0, "hosts of no cluster in each datacentre")
	flag.IntVar(&model.Pool, "pools", 0, "resource pools in each cluster below its root pool")
	machines := flag.Int("vms", 2, "machines in each pool, and on each standalone host")
	flag.IntVar(&model.Datastore, "datastores", 1, "datastores in each datacentre")
	autostart := flag.Bool("autostart", true, "power the machines on")
	user := flag.String("user", "meter@vsphere.local", "who may log in")
	password := flag.String("password", "", "and with which password; METERHOUSE_VCSIM_PASSWORD when empty")
	withTLS := flag.Bool("tls", true, "serve HTTPS")
	cert := flag.String("cert", "", "PEM file of the certificate; the simulator's own when empty")
	key := flag.String("key", "", "PEM file of its key")
	delays := flag.String("delay", "", "milliseconds to wait by method: Login=50,WaitForUpdatesEx=5")
	coalesced := flag.Bool("coalesced", false, "updates as a large vCenter gives them, see updates.go")
	instance := flag.String("instance", uuid.NewString(), "instance UUID of the vCenter; the simulator's own is always the same")
	flag.Parse()
	model.ServiceContent.About.InstanceUuid = *instance
	if *password == "" {
		*password = os.Getenv("METERHOUSE_VCSIM_PASSWORD")
	}

	var err error
	if model.DelayConfig.MethodDelay, err = parseDelays(*delays); err != nil {
		log.Fatal(err)
	}
	model.Machine = 0
	if err := model.Create(); err != nil {
		log.Fatal(err)
	}
	defer model.Remove()
	drive := newDriver(model)
	if err := populate(drive, *machines, *autostart); err != nil {
		log.Fatal(err)
	}
	if *coalesced {
		coalesceUpdates(model.Map())
	}

	service := model.Service
	service.Listen = &url.URL{Host: *listen, User: url.UserPassword(*user, *password)}
	if *withTLS {
		service.TLS = new(tls.Config)
		if *cert != "" {
			pair, err := tls.LoadX509KeyPair(*cert, *key)
			if err != nil {
				log.Fatal(err)
			}
			service.TLS.Certificates = []tls.Certificate{pair}
		}
	}
	server := service.NewServer()
	defer server.Close()

	side, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go func() { log.Fatal(http.Serve(side, drive.handler())) }()

	port, _ := strconv.Atoi(server.URL.Port())
	line, _ := json.Marshal(map[string]any{
		"url":      fmt.Sprintf("%s://%s/sdk", server.URL.Scheme, server.URL.Host),
		"address":  server.URL.Hostname(),
		"port":     port,
		"user":     *user,
		"instance": *instance,
		"driver":   "http://" + side.Addr().String(),
	})
	fmt.Println(string(line))
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func parseDelays(text string) (map[string]int, error) {
	delays := map[string]int{}
	for _, part := range strings.Split(text, ",") {
		if part == "" {
			continue
		}
		method, value, ok := strings.Cut(part, "=")
		milliseconds, err := strconv.Atoi(value)
		if !ok || err != nil {
			return nil, fmt.Errorf("-delay is METHOD=MILLISECONDS, not %q", part)
		}
		delays[method] = milliseconds
	}
	return delays, nil
}
