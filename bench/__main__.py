"""``make bench``: the speed of whole scans beside their peers; other benchmarks are modules of this package."""

from bench.speed import main

main()
