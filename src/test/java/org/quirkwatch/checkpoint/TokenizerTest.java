package org.quirkwatch.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quirkwatch.bundled.Bundled;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

class TokenizerTest {

    @TempDir Path folder;

    @Test
    void specialTokensAreAddedWhereAskedFor() {
        Tokenizer tokenizer = open(TinyCheckpoint.tokenizer(16, "null", "null"));
        assertThat(tokenizer.encode("w3 w15 other", true)).containsExactly(1, 3, 15, 0);
        assertThat(tokenizer.encode("w3 w15 other", false)).containsExactly(3, 15, 0);
        assertThat(tokenizer.encode("", true)).containsExactly(1);
        assertThat(tokenizer.encode("", false)).isEmpty();
        assertThat(tokenizer.vocabularySize()).isEqualTo(16);
    }

    @Test
    void truncationAndPaddingOfTheFileAreSwitchedOff() {
        String truncation =
                """
                {"direction":"Right","max_length":4,"strategy":"LongestFirst","stride":0}\
                """;
        String padding =
                """
                {"strategy":{"Fixed":32},"direction":"Right","pad_to_multiple_of":8,"pad_id":0,
                 "pad_type_id":0,"pad_token":"<unk>"}\
                """;
        Tokenizer tokenizer = open(TinyCheckpoint.tokenizer(16, truncation, padding));
        assertThat(tokenizer.encode("w2 w3 w4 w5 w6 w7", true))
                .containsExactly(1, 2, 3, 4, 5, 6, 7);
        assertThat(tokenizer.encode("w2", false)).containsExactly(2);
    }

    @Test
    void aLongTextIsNotCut() {
        Tokenizer tokenizer = open(TinyCheckpoint.tokenizer(16, "null", "null"));
        assertThat(tokenizer.encode(String.join(" ", Collections.nCopies(100_000, "w5")), true))
                .hasSize(100_001);
    }

    @Test
    void aTextBeyondTheLimitIsRefused() {
        Tokenizer tokenizer = open(TinyCheckpoint.tokenizer(16, "null", "null"));
        assertThatThrownBy(() -> tokenizer.encode("x".repeat((4 << 20) + 1), true))
                .isInstanceOfSatisfying(
                        Problem.class,
                        e -> assertThat(e.code()).isEqualTo(ProblemCode.PROMPT_TOO_LONG));
    }

    @Test
    void unusualTextsAreTokenised() {
        Tokenizer tokenizer = open(TinyCheckpoint.tokenizer(16, "null", "null"));
        assertThat(tokenizer.encode("w2 \0 w3 \uD83D\uDE00 w4 \u202E", false)).contains(2, 3, 4);
        assertThatThrownBy(() -> tokenizer.encode("w2 \uD83D", false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("lone surrogate");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\n\n\t",
                "\0",
                "\uFEFF12",
                "12 + 7 = 19",
                "<s>12</s> <s",
                "e\u0301\u0323 n\u0303o",
                "\uD83D\uDC69\u200D\uD83D\uDCBB \uD83C\uDDE9\uD83C\uDDEA\uD83D\uDE00",
                "\u0627\u0644\u0633\u0644\u0627\u0645 \u4F60\u597D \u202E"
            })
    void theIdsAreThoseOfTheLibrary(String text) throws IOException {
        Path file = Bundled.model().resolve("tokenizer.json");
        Tokenizer tokenizer = Tokenizer.open(file);
        try (HuggingFaceTokenizer library = HuggingFaceTokenizer.newInstance(file)) {
            for (boolean specialTokens : new boolean[] {true, false}) {
                assertThat(tokenizer.encode(text, specialTokens))
                        .containsExactly(library.encode(text, specialTokens, false).getIds());
            }
        }
    }

    @Test
    void manyThreadsGetWhatOneGets() throws Exception {
        Tokenizer tokenizer = open(TinyCheckpoint.tokenizer(2000, "null", "null"));
        List<String> texts = new ArrayList<>();
        List<long[]> expected = new ArrayList<>();
        Random random = new Random(1);
        for (int i = 0; i < 200; i++) {
            StringBuilder text = new StringBuilder();
            long[] ids = new long[random.nextInt(1, 60)];
            for (int k = 0; k < ids.length; k++) {
                ids[k] = random.nextInt(2, 2000);
                text.append('w').append(ids[k]).append(' ');
            }
            texts.add(text.toString());
            expected.add(ids);
        }
        try (ExecutorService executor = Executors.newFixedThreadPool(8)) {
            List<Callable<List<long[]>>> tasks =
                    Collections.nCopies(
                            16,
                            () ->
                                    texts.stream()
                                            .map(text -> tokenizer.encode(text, false))
                                            .toList());
            for (Future<List<long[]>> result : executor.invokeAll(tasks)) {
                for (int i = 0; i < expected.size(); i++) {
                    assertThat(result.get().get(i)).containsExactly(expected.get(i));
                }
            }
        }
    }

    @Test
    void aVocabularyInAListCounts() {
        String unigram =
                """
                {"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,
                 "pre_tokenizer":null,"post_processor":null,"decoder":null,
                 "model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0.0],["a",-1.0],["b",-2.0]]}}
                """;
        assertThat(open(unigram).vocabularySize()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"model\":[]}",
                "{\"model\":{\"vocab\":{}}}",
                "{\"model\":{\"vocab\":{\"a\":-1}}}",
                "{\"model\":{\"vocab\":{\"a\":4294967296}}}",
                "{\"model\":{\"vocab\":{\"a\":2147483647}}}",
                "{\"model\":{\"vocab\":{\"a\":\"x\"}}}",
                "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":1},\"merges\":[\"x y\"]}}",
                "{\"model\":{\"type\":\"Python\",\"vocab\":{\"a\":1}}}",
                "{\"added_tokens\":[{\"id\":7}]}",
                "{\"added_tokens\":[7]}",
                "{\"model\":{\"vocab\":[[\"a\"",
                "{\"model\":{\"vocab\":[[["
            })
    void whatIsNoTokenizerIsRefused(String json) {
        assertThatThrownBy(() -> open(json))
                .isInstanceOfSatisfying(
                        Problem.class,
                        e -> assertThat(e.code()).isEqualTo(ProblemCode.INVALID_CHECKPOINT))
                .hasMessageStartingWith("tokenizer.json: ");
    }

    private Tokenizer open(String json) {
        TinyCheckpoint.writeText(folder, "tokenizer.json", json);
        return Tokenizer.open(folder.resolve("tokenizer.json"));
    }
}
