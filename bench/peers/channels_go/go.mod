module loomlet.dev/bench/channels_go

go 1.19
