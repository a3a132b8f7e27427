# Everything starts here. `make demo` and `make test` do all the set-up themselves, and cache it:
# packages in node_modules/, builds in target/. Needed beforehand: Rust (cargo), Node 20 or later (npm) and make.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

# Workspace-wide, so that every target resolves the same features and builds nothing twice
CARGO_BUILD := cargo build --workspace --bins
PROVER := target/debug/prover
RELAYER := target/debug/relayer
NPX := npx --no-install
# not `npx forge`, which ends with status 0 whatever happened
FORGE := node tools/forge.mjs
DENY_VERSION := 0.20.2
DENY := target/tools/bin/cargo-deny
CIRCOMSPECT_VERSION := 0.9.0
CIRCOMSPECT := target/tools/bin/circomspect
CIRCOM_LIBRARIES := $(addprefix --library ,node_modules/circomlib/circuits node_modules/@zk-kit/binary-merkle-root.circom/src)
say = @printf '\n\033[1m== %s\033[0m\n' "$(1)"

.PHONY: help setup build circuits keys contracts demo test test-contracts test-circuits test-rust soundness circomspect invariants seeded slither coverage mutation lint fmt fixtures snapshots gas bench clean

help: ## what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

setup: node_modules/.package-lock.json ## the pinned Node packages: Foundry, solc, circom, snarkjs, contract and circuit libraries

node_modules/.package-lock.json: package-lock.json
	$(call say,Node packages)
	@# not `npm ci`: it fails where a registry lacks an optional package of another platform
	npm install --ignore-scripts --no-save
	@touch $@

build: ## the two programs
	$(call say,Rust programs (the first build takes some minutes))
	$(CARGO_BUILD)

circuits: setup ## compile the circuits
	$(call say,Circuits)
	node tools/circuits.mjs

keys: circuits build ## the development keys, made afresh from their public seed
	$(call say,Development keys)
	$(PROVER) setup dev

contracts: setup ## compile the contracts
	$(call say,Contracts)
	$(FORGE) build

demo: keys ## the whole story on one machine
	$(call say,Demo)
	$(RELAYER) demo $(DEMO)

test: test-contracts test-circuits test-rust ## every test

test-contracts: contracts
	$(call say,Contract tests)
	rm -rf target/endings
	$(FORGE) test
	node tools/abi.mjs --check
	node tools/endings.mjs --check

test-circuits: keys
	$(call say,Circuit vectors and drift of committed keys and fixtures)
	node circuits/vectors/generate.mjs --check
	node circuits/vectors/circuit.mjs
	$(PROVER) setup dev --check
	$(PROVER) fixtures --check

soundness: keys circomspect ## everything that speaks for the circuits' soundness, at full length (half an hour), with its figures
	$(call say,Soundness)
	cargo test --workspace --lib circuit::tests -- --include-ignored --nocapture 2>&1 | tee target/soundness.log
	@printf '\n%s forgeries tried, each refused by a constraint\n' "$$(grep -c '^forgery refused' target/soundness.log)"

invariants: contracts ## the contracts' properties over millions of random steps (an hour), with the share of each function
	$(call say,Invariants)
	node tools/invariants.mjs

seeded: setup ## each property of the contracts fails once a bug of its own is put into them
	$(call say,Seeded bugs)
	node tools/seeded.mjs

slither: setup ## static analysis of the contracts (from PyPI: without Python 3 it is not run, and that is said)
	$(call say,slither)
	node tools/slither.mjs

coverage: setup ## lines and branches of the contracts that tests reach, 95 % of both at least
	$(call say,Coverage)
	node tools/coverage.mjs

mutation: setup ## changes the contracts in one place after the other: which changes no test notices, and why (hours; goes on where it stopped)
	$(call say,Mutation)
	node tools/mutation.mjs $(MUTATION)

circomspect: setup $(CIRCOMSPECT) ## static analysis of the circuits
	$(call say,circomspect)
	$(CIRCOMSPECT) $(CIRCOM_LIBRARIES) circuits/main circuits/eligibility.circom $(filter-out circuits/lib/registry.circom,$(wildcard circuits/lib/*.circom))
	@# the two findings that the file answers
	$(CIRCOMSPECT) $(CIRCOM_LIBRARIES) --allow CS0005 --allow CS0017 circuits/lib/registry.circom

$(CIRCOMSPECT):
	$(call say,circomspect $(CIRCOMSPECT_VERSION))
	cargo install circomspect --version $(CIRCOMSPECT_VERSION) --locked --root target/tools --target-dir target/tools/build

test-rust: keys contracts
	$(call say,Rust tests)
	cargo test --workspace

lint: setup $(DENY) ## formatting and lints of every language
	$(call say,Lints)
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps
	$(DENY) check bans licenses sources
	$(FORGE) fmt --check
	$(NPX) solhint --max-warnings 0 'contracts/src/**/*.sol' 'contracts/test/**/*.sol'
	node tools/layout.mjs

$(DENY):
	$(call say,cargo-deny $(DENY_VERSION))
	cargo install cargo-deny --version $(DENY_VERSION) --locked --root target/tools --target-dir target/tools/build

fmt: setup ## format every language
	cargo fmt --all
	$(FORGE) fmt

fixtures: keys ## rewrite the proof fixtures of the contract tests
	$(PROVER) fixtures

snapshots: setup ## compare gas with the committed snapshots, all compiled anew (what the optimiser makes depends on what is compiled together)
	FORGE_SNAPSHOT_CHECK=true $(FORGE) test --force

gas: contracts ## what transactions cost, from receipts on Anvil under Berlin
	node tools/gas.mjs

bench: keys ## criterion benchmarks, beside what one would use instead
	cargo bench --workspace

clean: ## everything that was built
	rm -rf target node_modules
