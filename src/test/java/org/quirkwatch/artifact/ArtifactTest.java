package org.quirkwatch.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quirkwatch.model.ModelIdentity;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

class ArtifactTest {

    private final Artifact artifact = Artifacts.small(1);

    @Test
    void theModelItWasFittedOnIsAcceptedUnderAnyNameAndOnAnyDevice() {
        ModelIdentity model = Artifacts.MODEL;
        artifact.requireModel(model);
        artifact.requireModel(
                new ModelIdentity(
                        "renamed",
                        model.architecture(),
                        model.digest(),
                        model.tokenizerDigest(),
                        model.nLayers(),
                        model.dModel(),
                        model.nCtx(),
                        model.dVocab(),
                        model.dtype(),
                        "cuda:0"));
    }

    @Test
    void anotherModelIsRefusedWithEverythingThatDiffers() {
        String digest = "sha256:" + "d4".repeat(32);
        ModelIdentity other =
                new ModelIdentity(
                        "other",
                        "MistralForCausalLM",
                        digest,
                        digest,
                        3,
                        5,
                        64,
                        101,
                        "bfloat16",
                        "cpu");
        assertThatThrownBy(() -> artifact.requireModel(other))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem ->
                                assertThat(problem.code()).isEqualTo(ProblemCode.ARTIFACT_MISMATCH))
                .hasMessageContaining("was fitted on model tiny, not on the loaded other")
                .hasMessageContaining(
                        "architecture expected LlamaForCausalLM, found MistralForCausalLM")
                .hasMessageContaining("number of layers expected 2, found 3")
                .hasMessageContaining("width expected 4, found 5")
                .hasMessageContaining("vocabulary expected 100, found 101")
                .hasMessageContaining(
                        "digest expected sha256:" + "a1".repeat(32) + ", found " + digest)
                .hasMessageContaining("tokenizer digest expected sha256:" + "b2".repeat(32))
                .hasMessageContaining("dtype expected float32, found bfloat16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".hidden", "../up", "a/b", "two words", "ä"})
    void anIdThatIsNoFileNameIsRefused(String id) {
        assertThatThrownBy(() ->
                        new Artifact(
                                id,
                                artifact.features(),
                                artifact.detector(),
                                artifact.calibration(),
                                artifact.provenance()))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("id must match");
    }

    @Test
    void theDigestCoversTheIdAndTheProvenance() {
        Artifact renamed =
                new Artifact(
                        "another",
                        artifact.features(),
                        artifact.detector(),
                        artifact.calibration(),
                        artifact.provenance());
        assertThat(renamed.digest()).isNotEqualTo(artifact.digest());
    }
}
