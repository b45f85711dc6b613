// Go's own figures for the benchmark of channels, on one processor.  channels_go WHAT SECONDS
//
// Prints nanoseconds for each value handed over: "stream" from one goroutine to another, "pingpong" to and fro over two
// channels.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"
)

const batch = 20_000

func stream() {
	values := make(chan int)
	go func() {
		for i := 0; i < batch; i++ {
			values <- i
		}
		close(values)
	}()
	for range values {
	}
}

func pingPong() {
	there, back := make(chan int), make(chan int)
	go func() {
		for value := range there {
			back <- value
		}
		close(back)
	}()
	for i := 0; i < batch/2; i++ {
		there <- i
		<-back
	}
	close(there)
	<-back
}

func repeat(run func(), limit time.Duration) float64 {
	start := time.Now()
	batches := 0
	for time.Since(start) < limit {
		run()
		batches++
	}
	return float64(time.Since(start).Nanoseconds()) / float64(batches) / batch
}

func main() {
	runs := map[string]func(){"stream": stream, "pingpong": pingPong}
	if len(os.Args) != 3 || runs[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: channels_go stream|pingpong SECONDS")
		os.Exit(64)
	}
	seconds, err := strconv.ParseFloat(os.Args[2], 64)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(64)
	}
	runtime.GOMAXPROCS(1)
	limit := time.Duration(seconds * float64(time.Second))
	repeat(runs[os.Args[1]], limit/4)
	fmt.Println(repeat(runs[os.Args[1]], limit))
}
