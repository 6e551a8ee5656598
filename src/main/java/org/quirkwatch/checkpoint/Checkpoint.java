package org.quirkwatch.checkpoint;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.torch.DType;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

/// A Hugging Face model directory as it is: `config.json`, `tokenizer.json`, `model.safetensors` or
/// the shards of `model.safetensors.index.json`; with a PEFT LoRA adapter where one is given.
///
/// Opening reads and checks everything but the values of the weights. Files must not be written to
/// while a checkpoint is loaded, since weights stay mapped; replacing a file by another is
/// harmless. Thread-safe.
public final class Checkpoint {

    private final String name;
    private final DecoderConfig config;
    private final Tokenizer tokenizer;
    private final byte[] configDigest;
    private final WeightFiles files;
    private final List<WeightFiles.Located> tensors;
    private final Optional<LoraAdapter> adapter;
    private final ScanMemory memory;
    private final Object digesting = new Object();
    private volatile @Nullable Map<SafetensorsFile, ContentScan> scans;

    private Checkpoint(CheckpointDirectory directory, Optional<Path> adapter, ScanMemory memory) {
        this.memory = memory;
        Path configFile = directory.file(ConfigReader.FILE);
        Json json = Json.read(configFile, ConfigReader.MAX_BYTES);
        DecoderConfig stated = ConfigReader.read(json);
        this.name = directory.name();
        this.configDigest = Digests.sha256(Json.bytes(configFile, ConfigReader.MAX_BYTES));
        this.files = WeightFiles.open(directory);
        this.tensors = DecoderLayout.locate(stated, files);
        this.config = stated.withStoredDType(files.dominantDType());
        this.adapter =
                adapter.map(path -> LoraAdapter.open(CheckpointDirectory.open(path), config));
        this.tokenizer = Tokenizer.open(directory.file(Tokenizer.FILE));
        requireOwnTokenizer(json);
    }

    /// Opens a model directory.
    ///
    /// @throws Problem `invalid-checkpoint` naming the file, the field or tensor, and the
    ///   expectation
    public static Checkpoint open(Path directory) {
        return open(directory, Optional.empty(), ScanMemory.none());
    }

    /// Opens a model directory, with a LoRA adapter where one is given, which is merged into the
    /// weights when they are loaded.
    ///
    /// @param adapter a folder with `adapter_config.json` and `adapter_model.safetensors`
    /// @param memory of earlier readings of its weight files
    /// @throws Problem `invalid-checkpoint` naming the file, the field or tensor, and the
    ///   expectation
    public static Checkpoint open(Path directory, Optional<Path> adapter, ScanMemory memory) {
        return new Checkpoint(CheckpointDirectory.open(directory), adapter, memory);
    }

    /// The directory's own name.
    public String name() {
        return name;
    }

    /// The decoder's shape. Its stored format is that of most of the weights, whatever
    /// `config.json` says.
    public DecoderConfig config() {
        return config;
    }

    /// The tokenizer.
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /// `sha256:` and 64 hexadecimal digits over the contents of `config.json`, of the weight files
    /// and of the adapter; the same wherever the directory lies and whatever it is called. The
    /// first call reads all weight files that are not remembered, on all processors, at the speed
    /// of SHA-256; it may run beside [#load]. How a file's digest is made says the class of its
    /// scan; the whole is SHA-256 over one line for each file.
    public String digest() {
        Map<SafetensorsFile, ContentScan> scanned = scan();
        Digests.Parts parts = new Digests.Parts("quirkwatch-checkpoint-v1");
        parts.add("config", configDigest);
        files.files().forEach(file -> parts.add("weights", scan(scanned, file).digest()));
        adapter.ifPresent(lora -> {
            parts.add("adapter-config", lora.configDigest());
            lora.files()
                    .files()
                    .forEach(file -> parts.add("adapter-weights", scan(scanned, file).digest()));
        });
        return parts.shown();
    }

    /// `sha256:` and 64 hexadecimal digits over the bytes of `tokenizer.json`.
    public String tokenizerDigest() {
        return tokenizer.digest();
    }

    /// Loads the weights onto the scope's device. On the processor and in the stored format they
    /// are mapped, not copied. Where this fails, nothing stays loaded.
    ///
    /// @param scope owns the tensors
    /// @param dtype the number format that all get, a floating one
    /// @throws Problem `invalid-checkpoint` where a weight is not finite, or a file changed since
    ///   it was opened
    public DecoderWeights load(Scope scope, DType dtype) {
        if (dtype == DType.INT64) {
            throw new IllegalArgumentException("weights cannot be int64");
        }
        requireFinite();
        try (WeightLoader loader = new WeightLoader(scope.device(), dtype)) {
            List<Tensor> loaded = new ArrayList<>(loader.load(scope, tensors, adapter));
            if (config.tiedEmbeddings()) {
                loaded.add(loaded.getFirst());
            }
            // What was looked at, here or for the digest, must be what is mapped.
            allFiles().forEach(SafetensorsFile::requireUnchanged);
            return new DecoderWeights(loaded);
        }
    }

    private void requireFinite() {
        Map<SafetensorsFile, ContentScan> known = scans;
        for (SafetensorsFile file : allFiles()) {
            Optional<String> nonFinite =
                    known == null ? ContentScan.nonFinite(file) : scan(known, file).nonFinite();
            nonFinite.ifPresent(where -> {
                throw Invalid.checkpoint(where);
            });
        }
    }

    private Map<SafetensorsFile, ContentScan> scan() {
        synchronized (digesting) {
            Map<SafetensorsFile, ContentScan> known = scans;
            if (known == null) {
                known = new LinkedHashMap<>();
                for (SafetensorsFile file : allFiles()) {
                    known.put(file, scan(file));
                    file.requireUnchanged();
                }
                scans = known;
            }
            return known;
        }
    }

    private ContentScan scan(SafetensorsFile file) {
        Optional<byte[]> remembered = memory.find(file);
        if (remembered.isPresent()) {
            return new ContentScan(remembered.get(), Optional.empty());
        }
        Instant begun = Instant.now();
        ContentScan scan = ContentScan.of(file);
        memory.keep(file, scan, begun);
        return scan;
    }

    private List<SafetensorsFile> allFiles() {
        List<SafetensorsFile> all = new ArrayList<>(files.files());
        adapter.ifPresent(lora -> all.addAll(lora.files().files()));
        return all;
    }

    private static ContentScan scan(Map<SafetensorsFile, ContentScan> scans, SafetensorsFile file) {
        ContentScan scan = scans.get(file);
        if (scan == null) {
            throw new IllegalStateException(file.name() + " was not read");
        }
        return scan;
    }

    private void requireOwnTokenizer(Json json) {
        int known = tokenizer.vocabularySize();
        if (!(known <= config.dVocab())) {
            throw Invalid.checkpoint(
                    Tokenizer.FILE,
                    "has ids up to %d, the model's vocab_size is %d: the tokenizer of another model"
                            .formatted(known - 1, config.dVocab()));
        }
        for (int id : ConfigReader.specialTokens(json)) {
            if (!(id < known)) {
                throw Invalid.checkpoint(
                        Tokenizer.FILE,
                        "has ids up to %d, config.json names the special token %d: the tokenizer of another model"
                                .formatted(known - 1, id));
            }
        }
    }
}
