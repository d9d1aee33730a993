# The front door. `make help` says what there is; CONTRIBUTING.md says more.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
XTASK := $(CARGO) run --release --locked --manifest-path xtask/Cargo.toml --target-dir $(TARGET)/xtask --
SERVER := $(TARGET)/release/mana-auth
TOOLS := target/tools
DENY := $(TOOLS)/bin/cargo-deny
DENY_VERSION := 0.20.2

# Make itself decides whether anything is to be built, so that a second `make serve` starts at once.
find = $(shell find $(1) -type f \( -name '*.rs' -o -name '*.toml' -o -name '*.wit' -o -name '*.sql' -o -name '*.json' -o -name '*.html' -o -name '*.css' -o -name '*.js' -o -name Cargo.lock \) -not -path '*/target/*')
COMMON := $(call find,crates wit) Cargo.toml Cargo.lock
GUESTS := $(COMMON) $(call find,component examples/spin-app spin tests/misbehaving-guest tests/recording-guest wasi-http xtask)
HOST := $(COMMON) $(call find,host)

# How clippy sees a guest: the flag that xtask builds it with.
GUEST_FLAGS := --cfg getrandom_backend="custom"
WASI_PACKAGES := -p mana-auth-front -p mana-auth-spin-adapter -p mana-auth-spin-chained -p mana-auth-spin-guard \
	-p mana-auth-spin-client -p mana-auth-example-http -p mana-auth-example-typed -p mana-auth-example-guarded
GUEST_PACKAGES := -p mana-auth-component -p mana-auth-tokens -p mana-auth-passwords -p mana-auth-misbehaving-guest \
	-p mana-auth-recording-guest
GUEST_FEATURES := --features mana-auth-tokens/component,mana-auth-passwords/component
NATIVE := --workspace --exclude mana-auth-misbehaving-guest --exclude mana-auth-recording-guest

.PHONY: help
help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "make %-10s %s\n", $$1, $$2 }'

.PHONY: serve
serve: $(SERVER) ## Build what is missing, and serve on 127.0.0.1:3001 (ARGS="--listen …" for more)
	@exec $(SERVER) serve $(ARGS)

.PHONY: build
build: $(SERVER) ## Build the component and the server

.PHONY: guests
guests: target/mana/.built ## Build the components alone, into target/mana

.PHONY: spin
spin: ## Build what `spin up` serves, where there is a Spin that can
	@spin --version 2>/dev/null | awk '$$1 == "spin" && $$2 ~ /^([5-9]|4\.([1-9]|[1-9][0-9]))/ { found = 1 } \
		END { if (!found) { print "make spin: needs Spin 4.1 or newer on the PATH (https://spinframework.dev)"; exit 1 } }'
	@$(MAKE) -s target/mana/.built .env

# What `spin up` reads its variables from: a secret of this checkout's own, made once.
.env:
	@(umask 077; printf 'SPIN_VARIABLE_SECRETS=1:%s\n' "$$(head -c 32 /dev/urandom | basenc --base64url | tr -d =)" >$@)

.PHONY: test
test: target/mana/.built ## Run every test, and count them
	@$(CARGO) test --locked --no-fail-fast $(NATIVE) 2>&1 | tee target/test.log
	@awk '/^test result:/ { passed += $$4; failed += $$6; ignored += $$8 } \
		END { printf "\n%d passed, %d failed, %d ignored\n", passed, failed, ignored; exit failed > 0 || passed == 0 }' target/test.log
	@if command -v npm >/dev/null; then SERVER=$(abspath $(TARGET)/debug/mana-auth) tests/jose/run; \
		else echo 'Left out, for want of npm: what another implementation of JOSE makes of our tokens and cookies'; fi
	@if command -v promtool >/dev/null; then SERVER=$(abspath $(TARGET)/debug/mana-auth) ops/check; \
		else echo "Left out, for want of promtool (Debian: prometheus): alert rules, and the metrics' format"; fi
	@if command -v python3 >/dev/null; then SERVER=$(abspath $(TARGET)/debug/mana-auth) tests/audit/run; \
		else echo 'Left out, for want of Python: what a script of its own makes of our audit trail'; fi

.PHONY: test-spin
test-spin: spin ## Run the black-box suite against the real Spin
	@MANA_AUTH_TEST_SPIN=1 $(CARGO) test --locked --no-fail-fast -p mana-auth-tests --test suite -- spin-up::

.PHONY: lint
lint: fmt clippy ## Check the format and run clippy, for host and guests

.PHONY: fmt
fmt:
	$(CARGO) fmt --all --check
	$(CARGO) fmt --manifest-path xtask/Cargo.toml --check

.PHONY: clippy
clippy: targets
	$(CARGO) clippy --locked $(NATIVE) --all-targets -- -D warnings
	RUSTFLAGS='$(GUEST_FLAGS)' $(CARGO) clippy --locked --target wasm32-unknown-unknown --target-dir $(TARGET)/clippy-guests \
		$(GUEST_PACKAGES) $(GUEST_FEATURES) -- -D warnings
	$(CARGO) clippy --locked --target wasm32-wasip2 --target-dir $(TARGET)/clippy-guests $(WASI_PACKAGES) -- -D warnings
	$(CARGO) clippy --locked --manifest-path xtask/Cargo.toml --target-dir $(TARGET)/xtask --release -- -D warnings

.PHONY: deny
deny: $(DENY) ## Check licences, bans and sources of every dependency
	$(DENY) --locked check --hide-inclusion-graph bans licenses sources
	$(DENY) --locked --manifest-path xtask/Cargo.toml --config deny.toml check --hide-inclusion-graph bans licenses sources

.PHONY: bench
bench: $(SERVER) ## Measure requests a second and latency
	@bench/run $(ARGS)

.PHONY: targets
targets:
	@for target in wasm32-unknown-unknown wasm32-wasip2; do \
		test -d "$$(rustc --print sysroot)/lib/rustlib/$$target" || rustup target add $$target; \
	done

target/mana/.built: $(GUESTS)
	@echo 'Building the components. The first time, this and the server take 10 to 25 minutes on two processors.'
	@$(MAKE) --no-print-directory targets
	@$(XTASK)
	@touch $@

$(SERVER): target/mana/.built $(HOST)
	@$(CARGO) build --release --locked -p mana-auth
	@touch $@

$(DENY):
	$(CARGO) install --quiet --locked --root $(TOOLS) --target-dir $(TOOLS)/build cargo-deny@=$(DENY_VERSION)
	@rm -rf $(TOOLS)/build
