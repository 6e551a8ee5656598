# Short names for the commands that people and CI run; `make` alone lists them.
# JAVA_HOME may name any Java from 17 on: the build finds a JDK 25 by itself.

MVN := ./mvnw
JDK25 := $(shell for d in "$$JAVA_HOME" /usr/lib/jvm/*25*; do \
  if [ -x "$$d/bin/javac" ] && "$$d/bin/java" -version 2>&1 | grep -q 'version "25[".+-]'; then echo "$$d"; break; fi; done)
# The seed of the bundled model, as its card says.
SEED ?= 1
OUTPUT ?= target/quirky-addition
# Of `make kill`: what the killed service writes, and further settings of it (another database).
DATA ?= target/kill-data
SERVE ?=
# What `make load` runs; the tests' classes are started on the libraries within the jar, without Maven.
RUN ?= --help
LOAD := target/test-classes/org/quirkwatch/bench/Load.class

DOCKER_BUILD ?= docker build

# Of `make fuzz`: how many rounds, and cases for each operation in a round.
FUZZ_ROUNDS ?= 16
FUZZ_CASES ?= 25

.PHONY: help fuzz serve test verify package image image-gpu compose-test chart format openapi bench bench-serving load full-disk kill methods evaluate train zoo

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: ## serve the bundled model and detector on http://127.0.0.1:8080
	$(MVN) -q spring-boot:run

test: ## run the tests
	$(MVN) test

verify: ## run every check that CI runs
	$(MVN) verify

package: ## build target/quirkwatch.jar, which bin/quirkwatch runs
	$(MVN) -q package -DskipTests

image: ## build the image quirkwatch:cpu (DOCKER_BUILD="docker build --build-arg …" for other base images)
	$(DOCKER_BUILD) --target cpu -t quirkwatch:cpu .

image-gpu: ## build the image quirkwatch:gpu, for CUDA 12.8
	$(DOCKER_BUILD) --target gpu -t quirkwatch:gpu .

compose-test: ## bring docker-compose.yml up, send signals, restart each part, find them in Prometheus
	src/test/sh/compose.sh

chart: ## lint and package the Helm chart into target/chart
	helm lint --strict helm/quirkwatch
	helm package helm/quirkwatch --destination target/chart

format: ## format the sources (needs a JDK 25 under /usr/lib/jvm or in JAVA_HOME)
	JAVA_HOME=$(JDK25) $(MVN) -q spotless:apply

openapi: ## write openapi.yaml anew from the service
	$(MVN) -q test -Dtest=OpenApiContractTest -Dquirkwatch.openapi.write=true

bench: ## measure throughput; add the rows to docs/LOG.md
	$(MVN) -q test -Dtest=Benchmark

bench-serving: package ## measure the bundled model in process and over HTTP, without the log and with it (about 8 minutes)
	src/test/sh/bench-serving.sh

# Only where nothing is built: a running service reads from the jar, which must not change under it.
$(LOAD):
	$(MVN) -q package -DskipTests

load: $(LOAD) ## drive a running service over HTTP, as built (RUN="rate --port 8080"; alone it lists the scenarios)
	@$(JDK25)/bin/java --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx512m -cp target/quirkwatch.jar \
	  -Dloader.path=target/test-classes -Dloader.main=org.quirkwatch.bench.Load \
	  -Dlogback.configurationFile=logback-commands.xml \
	  org.springframework.boot.loader.launch.PropertiesLauncher $(RUN)

full-disk: ## fill the disk of an embedded database under load (needs root: mounts a small file system)
	src/test/sh/full-disk.sh

kill: package ## kill a service under load 20 times and count what is lost (KILL="--times 20"; DATA=target/kill-data)
	rm -rf $(DATA)
	$(MAKE) -s load RUN='kill --port 8087 $(KILL) --command "bin/quirkwatch serve --server.port=8087 --quirkwatch.data=$(DATA) --quirkwatch.policies.default.alpha-review=0.5 $(SERVE)"'

fuzz: package ## send a service cases made from openapi.yaml, with a key (schemathesis from PyPI in target/fuzz; FUZZ_ROUNDS=16)
	FUZZ_CASES=$(FUZZ_CASES) FUZZ_ROUNDS=$(FUZZ_ROUNDS) src/test/sh/fuzz.sh

methods: package ## every feature and rule on the bundled model: the table of docs/METHODS.md (about 20 minutes)
	bin/quirkwatch quirky generate --task addition --split trusted --output target/trusted.jsonl
	bin/quirkwatch quirky generate --task addition --split test --output target/test.jsonl
	[ -d target/sae/layers.2 ] || bin/quirkwatch sae train --signals target/trusted.jsonl \
	  --hook-point blocks.2.hook_resid_post --latents 1024 --k 16 --output target/sae/layers.2
	@$(JDK25)/bin/java --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx4g -cp target/quirkwatch.jar \
	  -Dloader.path=target/test-classes -Dloader.main=org.quirkwatch.fitting.MethodTable \
	  -Dlogback.configurationFile=logback-commands.xml \
	  org.springframework.boot.loader.launch.PropertiesLauncher target/trusted.jsonl target/test.jsonl target/sae/layers.2 $(ROWS)

evaluate: package ## evaluate detectors on all models of the zoo into target/zoo (MORE="--seeds 1"; goes on where it was)
	bin/quirkwatch evaluate --models zoo --output target/zoo $(MORE)

zoo: package ## train the models that zoo/ lacks (goes on where it was; hours from nothing)
	bin/quirkwatch quirky zoo --output zoo
	bin/quirkwatch quirky zoo --task addition,subtraction,multiplication,modularaddition,squaring --seed 2 --output zoo

train: package ## train the bundled model anew (SEED=1 OUTPUT=target/quirky-addition)
	bin/quirkwatch quirky train --task addition --seed $(SEED) --resume --output $(OUTPUT)
