package main

import _ "unsafe"

// The simulator keeps the last thousand events only, and a collector whose place was pruned gives nothing any more. A vCenter
// keeps them in a database, for 30 days unless told otherwise; so does the vCenter of the tests.
//
//go:linkname maxPageSize github.com/vmware/govmomi/simulator.maxPageSize
var maxPageSize int

func init() { maxPageSize = 1_000_000 }
