# Throughline is built, tested and measured from here; 'make help' lists how.

.DEFAULT_GOAL := help
.PHONY: help build demo test bench assets

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build bin/throughline, one static binary
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o bin/throughline ./cmd/throughline

demo: build ## build, then open the example study
	bin/throughline demo

# For a part of the tests: scripts/test ./internal/store -run TestName
test: ## check and test everything, on real databases and a real browser
	scripts/test

bench: build ## measure what is promised of speed and size
	scripts/test --run go run ./bench

# The result is committed, so only a change to the TypeScript needs this.
assets: ## bundle the TypeScript islands anew
	go generate ./internal/web
