# The targets that a contributor uses; .ci/run is what a change must pass.
TOOL = go tool -modfile=tools.mod

.PHONY: help test ci fmt lint update bench mutation fuzz

help: ## show this
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 10

test: ## run the tests
	go test ./...

ci: ## run all that CI runs
	.ci/run

fmt: ## format the code
	$(TOOL) gofumpt -w .

lint: ## vet and staticcheck
	go vet ./...
	$(TOOL) staticcheck ./...

update: ## rewrite golden files, and the output shown in documents
	go test ./internal/engine -run Builtin -update
	go test ./internal/cli ./reports ./steps ./docs -update

bench: ## benchmarks, side by side with what a user would use instead
	go test -run '^$$' -bench . ./...

MUTATED = model internal/engine gen

mutation: export GOFLAGS = -short -count=1 -vet=off -ldflags=-s
mutation: ## mutation testing, for hours; of one package by MUTATED=model
	for p in $(MUTATED); do \
		go test -run '^$$' -cover ./$$p && $(TOOL) gremlins unleash ./$$p -E fault --workers 1 --timeout-coefficient 5; \
	done

fuzz: ## fuzz each parser for half a minute
	go test ./internal/wire -run '^$$' -fuzz '^FuzzEvents$$' -fuzztime 30s
	go test ./internal/wire -run '^$$' -fuzz '^FuzzFacts$$' -fuzztime 30s
	go test ./internal/wire -run '^$$' -fuzz '^FuzzMessages$$' -fuzztime 30s
	go test ./internal/wire -run '^$$' -fuzz '^FuzzScan$$' -fuzztime 30s
	go test ./internal/tables -run '^$$' -fuzz '^FuzzCSV$$' -fuzztime 30s
	go test ./internal/tables -run '^$$' -fuzz '^FuzzMapping$$' -fuzztime 30s
	go test ./internal/engine -run '^$$' -fuzz '^FuzzTagExpression$$' -fuzztime 30s
	go test ./internal/twin -run '^$$' -fuzz '^FuzzProfile$$' -fuzztime 30s
	go test ./internal/engine -run '^$$' -fuzz '^FuzzExpectations$$' -fuzztime 30s
	go test ./model -run '^$$' -fuzz '^FuzzSameCode$$' -fuzztime 30s
	go test ./steps -run '^$$' -fuzz '^FuzzWrite$$' -fuzztime 30s
	go test ./internal/target -run '^$$' -fuzz '^FuzzAnswers$$' -fuzztime 30s
	go test ./gen -run '^$$' -fuzz '^FuzzGrammar$$' -fuzztime 30s
	go test ./reports -run '^$$' -fuzz '^FuzzResults$$' -fuzztime 30s
