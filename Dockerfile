# Quirkwatch in a container. Two targets:
#
#   docker build --target cpu -t quirkwatch:cpu .    the processor; libtorch from Maven Central
#   docker build --target gpu -t quirkwatch:gpu .    CUDA 12.8; libtorch from PyTorch's own image
#
# Both run as user 10001, need no network and no writable root (`--network none --read-only`), and unpack nothing at
# start. The base images can be replaced by any that have what is said beside them.

# A JDK 25 with JAVA_HOME set.
ARG JDK_IMAGE=eclipse-temurin:25-jdk
# Java 25 in /opt/java/openjdk, and bash.
ARG JRE_IMAGE=eclipse-temurin:25-jre
# PyTorch 2.7.1 for CUDA 12.8, in the folder below, and bash.
ARG TORCH_IMAGE=pytorch/pytorch:2.7.1-cuda12.8-cudnn9-runtime

# ---- the jar
FROM ${JDK_IMAGE} AS build
WORKDIR /build
COPY .mvn .mvn
COPY mvnw pom.xml ./
COPY src src
# The format is checked by the build of the source tree, not by that of an image.
RUN ./mvnw -B -q -ntp package -DskipTests -Dspotless.check.skip=true

# ---- the jar taken apart: libraries, classes, native parts, the bundled model as plain files
FROM ${JDK_IMAGE} AS unpack
WORKDIR /unpack
COPY --from=build /build/target/quirkwatch.jar ./
# A command that runs the model makes the engine unpack what is native, and shows that it works on this machine. That
# done, libtorch's jar is not needed any more. The other builds of the engine's JNI part stay in their jar.
RUN set -eu; \
    java -Djarmode=tools -jar quirkwatch.jar extract --layers --destination layers; \
    echo '{"prompt": "1 + 1 = 2", "label": " Yes"}' > signal.jsonl; \
    DJL_CACHE_DIR=/unpack/djl java --enable-native-access=ALL-UNNAMED -jar quirkwatch.jar score --input signal.jsonl; \
    mv djl/pytorch/*-cpu-* torch; \
    rmdir djl/pytorch; \
    rm layers/dependencies/lib/pytorch-native-cpu-*.jar; \
    jar xf layers/application/quirkwatch.jar bundled/models bundled/detectors; \
    jar xf layers/dependencies/lib/pytorch-jni-*.jar jnilib/linux-x86_64/cu128; \
    version=$(ls torch | sed -n 's/-libdjl_torch.so$//p'); \
    mkdir -p djl-gpu/pytorch/2.7.1-cu128-linux-x86_64; \
    mv jnilib/linux-x86_64/cu128/libdjl_torch.so "djl-gpu/pytorch/2.7.1-cu128-linux-x86_64/$version-libdjl_torch.so"; \
    cp -R djl/tokenizers djl-gpu/; \
    jna=com/sun/jna/linux-$(uname -m | tr _ -); \
    jar xf layers/dependencies/lib/jna-*.jar "$jna"; \
    mv "$jna" jna; \
    chmod -R a+rX layers torch djl djl-gpu jna bundled

# ---- what both targets share, and the processor's
FROM ${JRE_IMAGE} AS cpu
COPY --from=unpack /unpack/torch /opt/quirkwatch/torch
COPY --from=unpack /unpack/djl /opt/quirkwatch/djl
COPY --from=unpack /unpack/jna /opt/quirkwatch/jna
COPY --from=unpack /unpack/layers/dependencies/ /unpack/layers/spring-boot-loader/ /unpack/layers/snapshot-dependencies/ /opt/quirkwatch/
COPY --from=unpack /unpack/bundled /opt/quirkwatch/
COPY --from=unpack /unpack/layers/application/ /opt/quirkwatch/
COPY src/main/docker/ /opt/quirkwatch/bin/
# Where libtorch is, so that none is looked for or unpacked.
ENV PYTORCH_LIBRARY_PATH=/opt/quirkwatch/torch PYTORCH_VERSION=2.7.1 PYTORCH_FLAVOR=cpu \
    DJL_CACHE_DIR=/opt/quirkwatch/djl DJL_OFFLINE=true \
    QUIRKWATCH_MODEL=/opt/quirkwatch/models/quirky-addition \
    QUIRKWATCH_DETECTOR=/opt/quirkwatch/detectors/quirky-addition-mahalanobis \
    HOME=/var/lib/quirkwatch SERVER_ADDRESS=0.0.0.0 SPRING_PROFILES_ACTIVE=server
# Serves once, judges a signal and stops: the classes that this took are kept in a form that starts faster.
RUN set -eu; \
    mkdir -p /var/lib/quirkwatch; \
    chown 10001:10001 /var/lib/quirkwatch; \
    /opt/quirkwatch/bin/rehearse
# What the service keeps; a volume, so that it can be written where the root cannot.
VOLUME /var/lib/quirkwatch
WORKDIR /var/lib/quirkwatch
USER 10001:10001
# The service, and health and metrics.
EXPOSE 8080 8081
# The start period covers a model of some gigabytes; the probes of the chart have their own.
HEALTHCHECK --interval=4s --timeout=5s --start-period=10m --retries=6 CMD ["/opt/quirkwatch/bin/healthy"]
ENTRYPOINT ["/opt/quirkwatch/bin/quirkwatch"]
CMD ["serve"]

# ---- CUDA
FROM ${JRE_IMAGE} AS jre
FROM ${TORCH_IMAGE} AS gpu
# The folder of the base image that holds libtorch.so.
ARG TORCH_LIBRARY_PATH=/opt/conda/lib/python3.11/site-packages/torch/lib
COPY --from=jre /opt/java/openjdk /opt/java/openjdk
COPY --from=unpack /unpack/djl-gpu /opt/quirkwatch/djl
COPY --from=unpack /unpack/jna /opt/quirkwatch/jna
COPY --from=unpack /unpack/layers/dependencies/ /unpack/layers/spring-boot-loader/ /unpack/layers/snapshot-dependencies/ /opt/quirkwatch/
COPY --from=unpack /unpack/bundled /opt/quirkwatch/
COPY --from=unpack /unpack/layers/application/ /opt/quirkwatch/
COPY src/main/docker/ /opt/quirkwatch/bin/
ENV JAVA_HOME=/opt/java/openjdk PATH=/opt/java/openjdk/bin:$PATH \
    PYTORCH_LIBRARY_PATH=${TORCH_LIBRARY_PATH} PYTORCH_VERSION=2.7.1 PYTORCH_FLAVOR=cu128 \
    DJL_CACHE_DIR=/opt/quirkwatch/djl DJL_OFFLINE=true \
    NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility \
    QUIRKWATCH_MODEL=/opt/quirkwatch/models/quirky-addition \
    QUIRKWATCH_DETECTOR=/opt/quirkwatch/detectors/quirky-addition-mahalanobis \
    HOME=/var/lib/quirkwatch SERVER_ADDRESS=0.0.0.0 SPRING_PROFILES_ACTIVE=server
# Without a rehearsal: the machine that builds need not have a GPU.
RUN test -e "$PYTORCH_LIBRARY_PATH/libtorch.so" && mkdir -p /var/lib/quirkwatch && chown 10001:10001 /var/lib/quirkwatch
VOLUME /var/lib/quirkwatch
WORKDIR /var/lib/quirkwatch
USER 10001:10001
# The service, and health and metrics.
EXPOSE 8080 8081
HEALTHCHECK --interval=4s --timeout=5s --start-period=10m --retries=6 CMD ["/opt/quirkwatch/bin/healthy"]
ENTRYPOINT ["/opt/quirkwatch/bin/quirkwatch"]
CMD ["serve"]
