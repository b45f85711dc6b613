// Upper-casing echo in Go: a goroutine per connection, all on one processor of the scheduler.
package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
)

const bufferSize = 4096

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: echo_go PORT")
		os.Exit(2)
	}
	runtime.GOMAXPROCS(1)
	listener, err := net.Listen("tcp4", "127.0.0.1:"+os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("listening on %s\n", listener.Addr())
	for {
		connection, err := listener.Accept()
		if err != nil {
			// For want of descriptors, say: whoever is connected is still served.
			runtime.Gosched()
			continue
		}
		go serve(connection)
	}
}

// serve relies on package net for TCP_NODELAY, which is its default, and for whole writes.
func serve(connection net.Conn) {
	defer connection.Close()
	buffer := make([]byte, bufferSize)
	for {
		count, err := connection.Read(buffer)
		upper(buffer[:count])
		if count > 0 {
			if _, err := connection.Write(buffer[:count]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func upper(bytes []byte) {
	for i, c := range bytes {
		if 'a' <= c && c <= 'z' {
			bytes[i] = c - ('a' - 'A')
		}
	}
}
