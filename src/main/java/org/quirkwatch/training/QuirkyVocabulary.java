package org.quirkwatch.training;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quirkwatch.quirky.Persona;
import org.quirkwatch.quirky.PromptForm;
import org.quirkwatch.quirky.QuirkyData;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.quirky.QuirkyRecords;

/// The vocabulary of a quirky model's tokenizer, written by rule rather than learned: two special
/// tokens, the 256 bytes, and every word of the task's prompts as one token (with its leading space
/// where it has one). Digits are tokens of their own; unknown text falls back to its bytes, so any
/// text in UTF-8 survives the round trip.
///
/// The published form is a Hugging Face `tokenizer.json`: a byte-level BPE without merges that
/// takes a known word as a whole (`ignore_merges`). [#encode] is the same rule in Java, for the
/// trainer, which makes its prompts by the thousand; a test holds the two equal.
final class QuirkyVocabulary {

    /// Begins every sequence.
    static final int BEGIN = 0;

    /// Ends a text and fills the right of shorter rows.
    static final int END = 1;

    /// A word with its leading space, a digit, a run of other signs with its leading space, a run
    /// of white space.
    private static final String PIECE = " ?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+|\\s+";

    private static final Pattern PATTERN = Pattern.compile(PIECE, Pattern.UNICODE_CHARACTER_CLASS);

    private static final List<String> SPECIAL = List.of("<s>", "</s>");

    private final Map<String, Integer> ids;
    private final int[] byteIds;

    private QuirkyVocabulary(Map<String, Integer> ids) {
        this.ids = Collections.unmodifiableMap(ids);
        this.byteIds = new int[256];
        for (int b = 0; b < 256; b++) {
            Integer id = ids.get(String.valueOf(byteCharacter(b)));
            if (id == null) {
                throw new IllegalStateException("byte %d has no token".formatted(b));
            }
            byteIds[b] = id;
        }
    }

    /// The vocabulary of a task's prompts, names and labels: the words of every form, and those of
    /// every row where the rows are made of words.
    static QuirkyVocabulary of(QuirkyData data) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        SPECIAL.forEach(token -> ids.put(token, ids.size()));
        for (int b = 0; b < 256; b++) {
            ids.put(String.valueOf(byteCharacter(b)), ids.size());
        }
        QuirkyExample.CHOICES.forEach(text -> add(text, ids));
        QuirkyRecords records = data.records();
        Map<String, String> sample = records.record(0).statement().arguments();
        for (PromptForm form : data.task().forms()) {
            for (Persona persona : Persona.values()) {
                persona.names().forEach(name -> add(form.prompt(name, sample), ids));
            }
        }
        if (!data.task().isGenerated()) {
            String name = Persona.ALICE.character();
            for (int i = 0; i < records.size(); i++) {
                if (records.persona(i) == Persona.ALICE) {
                    Map<String, String> arguments = records.record(i).statement().arguments();
                    data.task().forms().forEach(form -> add(form.prompt(name, arguments), ids));
                }
            }
        }
        return new QuirkyVocabulary(ids);
    }

    private static void add(String text, Map<String, Integer> ids) {
        for (String piece : pieces(text)) {
            ids.putIfAbsent(byteForm(piece), ids.size());
        }
    }

    /// The number of tokens.
    int size() {
        return ids.size();
    }

    /// The token of a decimal digit.
    ///
    /// @param digit 0 to 9
    int digit(int digit) {
        return byteIds['0' + digit];
    }

    /// The token of a text that is one token.
    ///
    /// @throws IllegalArgumentException for any other text
    int token(String text) {
        Integer id = ids.get(byteForm(text));
        if (id == null) {
            throw new IllegalArgumentException("\"%s\" is not one token".formatted(text));
        }
        return id;
    }

    /// The tokens of a text, without special ones.
    int[] encode(String text) {
        int[] tokens = new int[text.getBytes(StandardCharsets.UTF_8).length];
        int length = 0;
        for (String piece : pieces(text)) {
            Integer whole = ids.get(byteForm(piece));
            if (whole != null) {
                tokens[length++] = whole;
            } else {
                for (byte b : piece.getBytes(StandardCharsets.UTF_8)) {
                    tokens[length++] = byteIds[b & 0xff];
                }
            }
        }
        return Arrays.copyOf(tokens, length);
    }

    private static List<String> pieces(String text) {
        Matcher matcher = PATTERN.matcher(text);
        List<String> pieces = new ArrayList<>();
        while (matcher.find()) {
            pieces.add(matcher.group());
        }
        return pieces;
    }

    /// A text as byte-level tokenizers write it: one visible character for each byte of its UTF-8.
    private static String byteForm(String text) {
        StringBuilder form = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            form.append(byteCharacter(b & 0xff));
        }
        return form.toString();
    }

    /// GPT-2's rule: bytes that print stand for themselves, the others count up from U+0100.
    private static char byteCharacter(int b) {
        if (prints(b)) {
            return (char) b;
        }
        int hidden = 0;
        for (int i = 0; i < b; i++) {
            hidden += prints(i) ? 0 : 1;
        }
        return (char) (0x100 + hidden);
    }

    private static boolean prints(int b) {
        return (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || (b >= 0xae && b <= 0xff);
    }

    /// The document of `tokenizer.json`, ready to be written as JSON.
    Map<String, Object> tokenizerJson() {
        List<Map<String, Object>> added = new ArrayList<>();
        for (int id = 0; id < SPECIAL.size(); id++) {
            added.add(
                    object(
                            "id", id,
                            "content", SPECIAL.get(id),
                            "single_word", false,
                            "lstrip", false,
                            "rstrip", false,
                            "normalized", false,
                            "special", true));
        }
        Map<String, Object> byteLevel =
                object(
                        "type", "ByteLevel",
                        "add_prefix_space", false,
                        "trim_offsets", true,
                        "use_regex", false);
        Map<String, Object> split =
                object(
                        "type",
                        "Split",
                        "pattern",
                        object("Regex", PIECE),
                        "behavior",
                        "Isolated",
                        "invert",
                        false);
        String begin = SPECIAL.get(BEGIN);
        Map<String, Object> beginPart = object("SpecialToken", object("id", begin, "type_id", 0));
        Map<String, Object> processor =
                object(
                        "type", "TemplateProcessing",
                        "single", List.of(beginPart, sequence("A", 0)),
                        "pair", List.of(beginPart, sequence("A", 0), sequence("B", 1)),
                        "special_tokens",
                                object(
                                        begin,
                                        object(
                                                "id", begin,
                                                "ids", List.of(BEGIN),
                                                "tokens", List.of(begin))));
        Map<String, Object> document = object("version", "1.0");
        document.put("truncation", null);
        document.put("padding", null);
        document.put("added_tokens", added);
        document.put("normalizer", null);
        document.put(
                "pre_tokenizer",
                object("type", "Sequence", "pretokenizers", List.of(split, byteLevel)));
        document.put("post_processor", processor);
        document.put("decoder", byteLevel);
        document.put("model", bpe());
        return document;
    }

    private Map<String, Object> bpe() {
        Map<String, Object> model = object("type", "BPE");
        model.put("dropout", null);
        model.put("unk_token", null);
        model.put("continuing_subword_prefix", null);
        model.put("end_of_word_suffix", null);
        model.put("fuse_unk", false);
        model.put("byte_fallback", false);
        model.put("ignore_merges", true);
        model.put("vocab", ids);
        model.put("merges", List.of());
        return model;
    }

    private static Map<String, Object> sequence(String id, int type) {
        return object("Sequence", object("id", id, "type_id", type));
    }

    private static Map<String, Object> object(Object... keysAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            object.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return object;
    }
}
