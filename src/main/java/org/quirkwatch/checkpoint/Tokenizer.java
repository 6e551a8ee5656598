package org.quirkwatch.checkpoint;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.Map;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/// Texts to token ids, as a checkpoint's `tokenizer.json` says; truncation and padding that the
/// file may ask for are switched off. Thread-safe.
public final class Tokenizer {

    static final String FILE = "tokenizer.json";

    private static final long MAX_BYTES = 128L << 20;
    private static final int MAX_TEXT_CHARACTERS = 4 << 20;
    private static final Cleaner CLEANER = Cleaner.create();

    private final HuggingFaceTokenizer tokenizer;
    private final int vocabularySize;
    private final String digest;

    private Tokenizer(HuggingFaceTokenizer tokenizer, int vocabularySize, String digest) {
        this.tokenizer = tokenizer;
        this.vocabularySize = vocabularySize;
        this.digest = digest;
        // The native tokenizer lives as long as this object; nobody else has it.
        CLEANER.register(this, tokenizer::close);
    }

    /// Reads `tokenizer.json`, and nothing from anywhere else.
    static Tokenizer open(Path path) {
        byte[] json = Json.bytes(path, MAX_BYTES);
        int vocabularySize = vocabularySize(json);
        // Without this the library asks the machine's cloud for its name and tells its makers.
        System.setProperty("ai.djl.offline", "true");
        Map<String, String> options =
                Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "true");
        try {
            HuggingFaceTokenizer tokenizer =
                    HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), options);
            return new Tokenizer(tokenizer, vocabularySize, Digests.shown(Digests.sha256(json)));
        } catch (IOException | RuntimeException e) {
            throw Invalid.checkpoint(
                    FILE,
                    "is not a tokenizer: " + Invalid.quote(String.valueOf(e.getMessage())),
                    e);
        }
    }

    /// The ids of a text's tokens, all of them however many.
    ///
    /// @param specialTokens whether to add what the tokenizer puts around a text, such as a
    ///   beginning-of-sequence token
    /// @return ids, each from 0 to `vocabularySize() - 1`
    /// @throws Problem `prompt-too-long` for more than 4 Mi characters
    /// @throws IllegalArgumentException for a text with a lone surrogate, which is no text
    public long[] encode(String text, boolean specialTokens) {
        if (!(text.length() <= MAX_TEXT_CHARACTERS)) {
            throw new Problem(
                    ProblemCode.PROMPT_TOO_LONG,
                    "a text has %d characters, the limit is %d"
                            .formatted(text.length(), MAX_TEXT_CHARACTERS));
        }
        if (text.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
            throw new IllegalArgumentException("a text must not have a lone surrogate");
        }
        return ids(text, specialTokens);
    }

    /// As `tokenizer.encode` does it, without what nobody asks for: the tokens' texts, places and
    /// masks cost several times the ids.
    private long[] ids(String text, boolean specialTokens) {
        long encoding = TokenizersLibrary.LIB.encode(tokenizer.getHandle(), text, specialTokens);
        try {
            return TokenizersLibrary.LIB.getTokenIds(encoding);
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
            // The cleaner must not close the tokenizer under a call.
            Reference.reachabilityFence(this);
        }
    }

    /// One more than the greatest id that the tokenizer can give.
    public int vocabularySize() {
        return vocabularySize;
    }

    String digest() {
        return digest;
    }

    private static int vocabularySize(byte[] bytes) {
        long greatest = -1;
        try (JsonParser json = Json.FACTORY.createParser(ObjectReadContext.empty(), bytes)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw Invalid.checkpoint(FILE, "expected a JSON object");
            }
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String field = json.currentName();
                json.nextToken();
                switch (field) {
                    case "model" -> greatest = Math.max(greatest, ofModel(json));
                    case "added_tokens" -> greatest = Math.max(greatest, ofAddedTokens(json));
                    default -> json.skipChildren();
                }
            }
        } catch (JacksonException e) {
            throw Invalid.checkpoint(
                    FILE, "not well-formed JSON: " + Invalid.quote(e.getOriginalMessage()), e);
        }
        if (!(greatest >= 0 && greatest < Integer.MAX_VALUE)) {
            throw Invalid.checkpoint(
                    FILE, "needs a vocabulary with ids from 0, greatest: " + greatest);
        }
        return (int) greatest + 1;
    }

    /// The greatest id of a vocabulary: an object from token to id, or a list whose positions are
    /// the ids.
    private static long ofModel(JsonParser json) {
        long greatest = -1;
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw Invalid.checkpoint(FILE, "model must be an object");
        }
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            boolean vocabulary = "vocab".equals(json.currentName());
            JsonToken value = json.nextToken();
            if (vocabulary && value == JsonToken.START_OBJECT) {
                while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                    json.nextToken();
                    greatest = Math.max(greatest, id(json));
                }
            } else if (vocabulary && value == JsonToken.START_ARRAY) {
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    json.skipChildren();
                    greatest++;
                }
            } else {
                json.skipChildren();
            }
        }
        return greatest;
    }

    private static long ofAddedTokens(JsonParser json) {
        long greatest = -1;
        if (json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return greatest;
        }
        while (json.nextToken() == JsonToken.START_OBJECT) {
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean isId = "id".equals(json.currentName());
                json.nextToken();
                if (isId) {
                    greatest = Math.max(greatest, id(json));
                } else {
                    json.skipChildren();
                }
            }
        }
        return greatest;
    }

    private static long id(JsonParser json) {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
                || json.getNumberType() != JsonParser.NumberType.INT
                || json.getIntValue() < 0) {
            throw Invalid.checkpoint(FILE, "an id must be a whole number from 0 to 2^31 - 1");
        }
        return json.getIntValue();
    }
}
