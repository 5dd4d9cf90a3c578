# Two commands are all the set-up there is: `make run` and `make test`.
GOLANGCI_VERSION := v2.15.0
PACKAGES := ./...

.PHONY: run test test-fast check format vet lint build bench docs cover

run: ## sample sites on loopback, the whole line on them, and the review desk
	go run ./cmd/lurewatch demo

test: ## everything, on real parts; installs what is missing and says so
	bash scripts/real-parts.sh install
	bash scripts/with-real-parts.sh go test -timeout 25m $(TESTFLAGS) $(PACKAGES)

test-fast: ## what needs no real part: under a minute
	go test -short $(PACKAGES)

check: format vet lint ## what a change must pass before its tests

format:
	@out="$$(gofmt -l .)"; if [ -n "$$out" ]; then echo "gofmt would change: $$out" >&2; exit 1; fi

vet:
	go vet $(PACKAGES)

lint: ## golangci-lint, built once into the cache folder
	bash scripts/lint.sh $(GOLANGCI_VERSION) $(PACKAGES)

build:
	go build -o bin/lurewatch ./cmd/lurewatch

bench: build ## posts a second beside the raw floor of the same run
	./bin/lurewatch bench pipeline
