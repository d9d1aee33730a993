# The front door. `make help` says what there is; CONTRIBUTING.md says more.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
XTASK := $(CARGO) run --release --locked --manifest-path xtask/Cargo.toml --target-dir $(TARGET)/xtask
SERVER := $(TARGET)/release/mana-auth
DEBUG := $(abspath $(TARGET))/debug/mana-auth
TOOLS := target/tools

# Make itself decides whether anything is to be built, so that a second `make serve` starts at once.
find = $(shell find $(1) -type f \( -name '*.rs' -o -name '*.toml' -o -name '*.wit' -o -name '*.sql' -o -name '*.json' -o -name '*.html' -o -name '*.css' -o -name '*.js' -o -name Cargo.lock \) -not -path '*/target/*')
COMMON := $(call find,crates wit) Cargo.toml Cargo.lock
HOST := $(COMMON) $(call find,host)
AUTH := $(COMMON) $(call find,component xtask)
SPIN := $(AUTH) $(call find,spin wasi-http)
GUESTS := $(SPIN) $(call find,examples/spin-app tests/misbehaving-guest tests/embedded-guest)

# What xtask writes when it has built these as they are released: the component, the one for Spin, all of them.
AUTH_BUILT := target/mana/auth.optimized
SPIN_BUILT := target/mana/spin.optimized
GUESTS_BUILT := target/mana/.optimized

# How clippy sees a guest: the flag that xtask builds it with.
GUEST_FLAGS := --cfg getrandom_backend="custom"
WASI_PACKAGES := -p mana-auth-front -p mana-auth-spin-adapter -p mana-auth-spin-chained -p mana-auth-spin-guard \
	-p mana-auth-spin-client -p mana-auth-example-http -p mana-auth-example-typed -p mana-auth-example-guarded
GUEST_PACKAGES := -p mana-auth-component -p mana-auth-tokens -p mana-auth-passwords -p mana-auth-misbehaving-guest \
	-p mana-auth-embedded-guest
GUEST_FEATURES := --features mana-auth-tokens/component,mana-auth-passwords/component
NATIVE := --workspace --exclude mana-auth-misbehaving-guest --exclude mana-auth-embedded-guest

.PHONY: help
help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "make %-10s %s\n", $$1, $$2 }'

.PHONY: serve
serve: $(SERVER) ## Build what is missing, and serve on 127.0.0.1:3001 (ARGS="--listen …" for more)
	@exec $(SERVER) serve $(ARGS)

.PHONY: build
build: $(SERVER) ## Build the component and the server

.PHONY: component
component: $(AUTH_BUILT) ## Build the component alone, into target/mana

.PHONY: guests
guests: $(GUESTS_BUILT) ## Build every component: also the verifier, those for Spin, examples, and what tests run

.PHONY: spin
spin: ## Build what `spin up` serves, where there is a Spin that can
	@spin --version 2>/dev/null | awk '$$1 == "spin" && $$2 ~ /^([5-9]|4\.([1-9]|[1-9][0-9]))/ { found = 1 } \
		END { if (!found) { print "make spin: needs Spin 4.1 or newer on the PATH (https://spinframework.dev)"; exit 1 } }'
	@$(MAKE) -s spin-component

# What `spin build` runs.
.PHONY: spin-component
spin-component: $(SPIN_BUILT) .env

# What `spin up` reads its variables from: a secret of this checkout's own, made once.
.env:
	@(umask 077; printf 'SPIN_VARIABLE_SECRETS=1:%s\n' "$$(head -c 32 /dev/urandom | basenc --base64url | tr -d =)" >$@)

.PHONY: test
test: test-programs $(GUESTS_BUILT) ## Run every test, and count them
	@CARGO='$(CARGO)' SERVER=$(DEBUG) tests/run $(NATIVE)

.PHONY: test-all
test-all: export MANA_TEST_LONG := 1
test-all: test ## The same with what takes long, and with the real Spin where there is one
	@if command -v spin >/dev/null; then $(MAKE) --no-print-directory test-spin; fi

.PHONY: test-spin
test-spin: spin ## Run the black-box suite against the real Spin
	@MANA_TEST_SPIN=1 $(CARGO) test --locked --no-fail-fast -p mana-auth-tests --test suite -- spin-up::

# Always the whole workspace: a package alone asks for other features of what it stands on, which is compiled anew.
.PHONY: quick program scenarios
quick: targets ## Build the component without link-time optimisation, the program and the suite (WITH="auth spin" for more)
	@$(XTASK) -- --quick $(or $(WITH),auth)
	@$(MAKE) --no-print-directory program
	@$(CARGO) test --locked --no-run $(NATIVE) --test suite

program:
	@$(CARGO) build --locked $(NATIVE) --bin mana-auth

scenarios: ## Run some of the suite as it is built (ONLY=host::lockout)
	@$(CARGO) test --locked $(NATIVE) --test suite -- $(ONLY)

# Says first what will be left out, and builds what `test` runs without running it.
.PHONY: test-programs test-build
test-programs:
	@tests/programs
test-build: $(GUESTS_BUILT)
	@$(CARGO) test --locked --no-run $(NATIVE)

.PHONY: golden
golden: export UPDATE := 1
golden: $(GUESTS_BUILT) ## Write anew what tests compare with: interfaces, openapi.json, tables of the documentation
	@$(CARGO) test --locked --quiet $(NATIVE) --test openapi --test audit_page
	@$(CARGO) test --locked --quiet $(NATIVE) --lib the_page_documents_every_key
	@$(CARGO) test --locked --quiet $(NATIVE) --test suite -- house::the_interface
	@$(CARGO) test --locked --quiet $(NATIVE) --test suite -- house::the_manifest
	@git diff --stat

.PHONY: lint
lint: fmt clippy ## Check the format and run clippy, for host and guests

# Every file by name: rustfmt does not see modules that a macro declares.
.PHONY: fmt
fmt:
	@git ls-files -z --cached --others --exclude-standard '*.rs' | xargs -0 rustfmt --edition 2024 --check

.PHONY: clippy clippy-native clippy-guests clippy-xtask
clippy: clippy-native clippy-guests clippy-xtask
clippy-native:
	$(CARGO) clippy --locked $(NATIVE) --all-targets -- -D warnings
clippy-guests: targets
	RUSTFLAGS='$(GUEST_FLAGS)' $(CARGO) clippy --locked --target wasm32-unknown-unknown --target-dir $(TARGET)/clippy-guests \
		$(GUEST_PACKAGES) $(GUEST_FEATURES) -- -D warnings
	$(CARGO) clippy --locked --target wasm32-wasip2 --target-dir $(TARGET)/clippy-guests $(WASI_PACKAGES) -- -D warnings
clippy-xtask:
	$(CARGO) clippy --locked --manifest-path xtask/Cargo.toml --target-dir $(TARGET)/xtask --workspace --release -- -D warnings

.PHONY: deny
deny: $(TOOLS)/bin/cargo-deny ## Check licences, bans and sources of every dependency
	$(TOOLS)/bin/cargo-deny --locked check --hide-inclusion-graph bans licenses sources
	$(TOOLS)/bin/cargo-deny --locked --manifest-path xtask/Cargo.toml --config deny.toml check --hide-inclusion-graph bans licenses sources

.PHONY: audit
audit: $(TOOLS)/bin/cargo-audit ## Look every dependency up among known vulnerabilities (ADVISORIES=a copy of RustSec's database)
	@PATH="$(abspath $(TOOLS))/bin:$$PATH" .ci/audit $(ADVISORIES)

.PHONY: mutants suite-as-json
suite-as-json:
	@$(CARGO) test --locked --no-run --message-format json $(NATIVE) --test suite
mutants: $(GUESTS_BUILT) ## Change the component in ways that tests should notice (ARGS="--seed 1 --count 100 sessions")
	@tests/mutants/run $(ARGS)

.PHONY: bench
bench: $(SERVER) ## Measure requests a second and latency
	@bench/run $(ARGS)

.PHONY: targets
targets:
	@for target in wasm32-unknown-unknown wasm32-wasip2; do \
		test -d "$$(rustc --print sysroot)/lib/rustlib/$$target" || rustup target add $$target; \
	done

$(AUTH_BUILT): $(AUTH)
	@echo 'Building the component. The first time, this and the server take 10 minutes on two processors.'
	@$(MAKE) --no-print-directory targets
	@$(XTASK) -- auth

$(SPIN_BUILT): $(SPIN)
	@$(MAKE) --no-print-directory targets
	@$(XTASK) -- spin

$(GUESTS_BUILT): $(GUESTS)
	@$(MAKE) --no-print-directory targets
	@$(XTASK) --

$(SERVER): $(AUTH_BUILT) $(HOST)
	@$(CARGO) build --release --locked -p mana-auth
	@touch $@

$(TOOLS)/bin/cargo-%: .ci/tools.txt
	@.ci/tool cargo-$* $(TOOLS)
