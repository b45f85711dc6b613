module loomlet.dev/bench/echo_go

go 1.19
