# The commands that people and CI use are the same.

SHELL := /bin/bash
# Whoever starts us in the background may ignore INT and QUIT for us; the tests send them.
ALL_SIGNALS := env --default-signal

# Most tests wait: for a lease, a poll, a server. More of them than there are cores wait at once.
TEST_THREADS := $(shell echo $$(($$(nproc) * 2)))

CARGO_DENY := target/tools/bin/cargo-deny
CARGO_DENY_VERSION := 0.20.2

.PHONY: build test unit lint deny bench simulate chaos demo install

build: ## The program, as it is released
	cargo build --release

# Chaos on the four stores counts seconds, and loads the machine enough by itself: it runs alone.
test: ## Everything that can fail: needs root on Debian 12; installs what it needs
	tests/setup.sh
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUST_TEST_THREADS=$(TEST_THREADS) $(ALL_SIGNALS) cargo test --workspace -- --skip chaos::stores::
	$(ALL_SIGNALS) cargo test -p bellwether --test runner -- chaos::stores::

unit: ## The fast tests: pure decisions alone
	cargo test -p bellwether-core

lint: ## Formatting and lints
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

$(CARGO_DENY):
	cargo install --locked --version $(CARGO_DENY_VERSION) --root target/tools --target-dir target/tools/build cargo-deny

deny: $(CARGO_DENY) ## Licences, banned crates and sources of all that is linked in
	$(CARGO_DENY) check bans licenses sources

bench: ## Us and the peers, side by side, in one run
	tests/setup.sh
	cargo bench -p bellwether --bench bench

simulate: ## Many more fleets in virtual time than the tests have time for
	BELLWETHER_SIMULATION_SECONDS=$(or $(BELLWETHER_SIMULATION_SECONDS),3600) cargo test --release -p bellwether-core --test simulation -- \
		--nocapture fleets

chaos: ## Five nodes and 200 ticks against each store and each peer, while much goes wrong; the table of docs/once.md
	tests/setup.sh
	rm -rf target/chaos
	BELLWETHER_CHAOS_TICKS=$(or $(TICKS),200) BELLWETHER_CHAOS_TAKEOVERS=5 BELLWETHER_CHAOS_TABLE=$(CURDIR)/target/chaos \
		$(ALL_SIGNALS) cargo test -p bellwether --test runner -- chaos:: --nocapture --test-threads=1
	cat target/chaos/*.md

demo: build ## The main job, twice in one tick, and its history
	docs/demo.sh

install: build ## The program, its old names and its manual pages, under PREFIX (default /usr/local)
	install -D -m 0755 target/release/bellwether $(DESTDIR)$(or $(PREFIX),/usr/local)/bin/bellwether
	ln -sf bellwether $(DESTDIR)$(or $(PREFIX),/usr/local)/bin/clustercron
	ln -sf bellwether $(DESTDIR)$(or $(PREFIX),/usr/local)/bin/cs-instance-watcher
	ln -sf bellwether $(DESTDIR)$(or $(PREFIX),/usr/local)/bin/ec2-cagent
	ln -sf bellwether $(DESTDIR)$(or $(PREFIX),/usr/local)/bin/ec2-cmaster
	ln -sf bellwether $(DESTDIR)$(or $(PREFIX),/usr/local)/bin/elbadmin
	install -d $(DESTDIR)$(or $(PREFIX),/usr/local)/share/man/man1
	target/release/bellwether man --directory $(DESTDIR)$(or $(PREFIX),/usr/local)/share/man/man1
