package starling.router.trial;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import starling.learning.settings.TrialSettings;
import starling.models.UnfitException;
import starling.models.files.Folders;
import starling.models.onnx.file.OnnxFile;

/**
 * Where a trial writes: {@code trial.yaml} as run, {@code rounds.jsonl} and {@code rounds.csv}, {@code checkpoint-N} after round N,
 * and in the end {@code model.onnx} and {@code report.html}. A checkpoint is made beside its place and then renamed, and older ones
 * go only then: one that is there is whole.
 */
final class TrialFolder {
    private static final int MAGIC = 0x53545243;
    private static final int VERSION = 1;
    private static final String CHECKPOINT = "checkpoint-";
    private static final String STATE = "state";

    private final Path folder;
    private final TrialSettings settings;
    private final boolean resume;

    /**
     * Names a folder.
     *
     * @param resume whether to go on from its newest checkpoint
     */
    TrialFolder(Path folder, TrialSettings settings, boolean resume) {
        this.folder = folder;
        this.settings = settings;
        this.resume = resume;
    }

    Path residuals() {
        return folder.resolve("residuals");
    }

    Path model() {
        return folder.resolve("model.onnx");
    }

    /**
     * Finds out whether the folder can be used, and leaves it as it is.
     *
     * @throws UnfitException when it cannot be written, holds something else, or belongs to another trial
     */
    void require() {
        try {
            if (resume) {
                requireSameTrial();
                return;
            }
            Folders.requireWritable(folder);
            if (Files.exists(folder)) {
                requireEmpty();
            }
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /**
     * Makes the folder, or goes on in it.
     *
     * @throws UnfitException as of {@link #require}
     */
    void open(Standing standing) {
        require();
        try {
            if (resume) {
                goOn(standing);
                return;
            }
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("trial.yaml"), settings.asRun());
            write("rounds.jsonl", List.of());
            write("rounds.csv", List.of(RoundRecord.HEADER));
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private void requireEmpty() throws IOException {
        try (Stream<Path> inside = Files.list(folder)) {
            if (inside.findAny().isPresent()) {
                throw new UnfitException("'" + folder + "' must be empty or new: go on with --resume, or name another"
                        + " folder with --out");
            }
        }
    }

    private void requireSameTrial() throws IOException {
        Path file = folder.resolve("trial.yaml");
        if (!Files.exists(file)) {
            throw new UnfitException("'" + folder + "' must hold a trial to go on with: it has no trial.yaml");
        }
        List<String> before = Files.readAllLines(file, StandardCharsets.UTF_8);
        List<String> now = settings.asRun().lines().toList();
        for (int i = 0; i < Math.max(before.size(), now.size()); i++) {
            String was = i < before.size() ? before.get(i) : "";
            String is = i < now.size() ? now.get(i) : "";
            if (!was.equals(is)) {
                throw new UnfitException("a trial goes on with the settings it began with: '" + was.strip() + "' in '"
                        + file + "', '" + is.strip() + "' now");
            }
        }
    }

    private void goOn(Standing standing) throws IOException {
        Optional<Path> newest = checkpoints().stream().max(Comparator.comparingLong(TrialFolder::number));
        Files.deleteIfExists(residuals());
        if (newest.isPresent()) {
            read(newest.get().resolve(STATE), standing);
            Path kept = newest.get().resolve("residuals");
            if (Files.exists(kept)) {
                Files.copy(kept, residuals(), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        int done = (int) standing.round();
        cut("rounds.jsonl", done);
        cut("rounds.csv", done + 1);
    }

    private void cut(String name, int lines) throws IOException {
        List<String> all = Files.readAllLines(folder.resolve(name), StandardCharsets.UTF_8);
        if (all.size() < lines) {
            throw new UnfitException("'" + folder.resolve(name) + "' must have the " + lines
                    + " lines of the rounds before the checkpoint: it has " + all.size());
        }
        write(name, all.subList(0, lines));
    }

    private void write(String name, List<String> lines) throws IOException {
        Path staged = folder.resolve("." + name);
        Files.write(staged, lines, StandardCharsets.UTF_8);
        Files.move(staged, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static long number(Path checkpoint) {
        return Long.parseLong(checkpoint.getFileName().toString().substring(CHECKPOINT.length()));
    }

    private List<Path> checkpoints() throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> inside = Files.list(folder)) {
            inside.filter(path -> path.getFileName().toString().matches(CHECKPOINT + "\\d{1,18}"))
                    .filter(path -> Files.exists(path.resolve(STATE)))
                    .forEach(found::add);
        }
        return found;
    }

    /** Writes a round down. */
    void add(RoundRecord record) {
        try {
            append("rounds.jsonl", record.json());
            append("rounds.csv", record.csv());
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private void append(String name, String line) throws IOException {
        Files.writeString(folder.resolve(name), line + "\n", StandardOpenOption.APPEND);
    }

    /** Makes a checkpoint, then removes the ones before. */
    void checkpoint(Standing standing) {
        Path staged = folder.resolve(".checkpoint");
        try {
            Folders.delete(staged);
            Files.createDirectory(staged);
            try {
                write(staged.resolve(STATE), standing);
                if (Files.exists(residuals())) {
                    Files.copy(residuals(), staged.resolve("residuals"));
                }
                List<Path> older = checkpoints();
                Files.move(staged, folder.resolve(CHECKPOINT + standing.round()), StandardCopyOption.ATOMIC_MOVE);
                for (Path one : older) {
                    Folders.delete(one);
                }
            } finally {
                Folders.delete(staged);
            }
        } catch (IOException e) {
            throw new UnfitException(
                    "the checkpoint after round " + standing.round() + " cannot be written to '" + folder + "': "
                            + Folders.reason(e) + "; the one before stays, --resume goes on from it",
                    e);
        }
    }

    private static void write(Path file, Standing standing) throws IOException {
        CRC32C check = new CRC32C();
        try (DataOutputStream out = new DataOutputStream(
                new CheckedOutputStream(new BufferedOutputStream(Files.newOutputStream(file)), check))) {
            out.writeInt(MAGIC);
            out.writeInt(VERSION);
            out.writeLong(standing.round());
            out.writeInt(standing.step());
            write(out, standing.weights());
            for (float[][] slots : standing.slots()) {
                for (float[] slot : slots) {
                    write(out, slot);
                }
            }
            out.writeLong(check.getValue());
        }
    }

    private static void write(DataOutputStream out, float[] values) throws IOException {
        ByteBuffer raw = ByteBuffer.allocate(Math.multiplyExact(Float.BYTES, values.length));
        raw.asFloatBuffer().put(values);
        out.writeInt(values.length);
        out.write(raw.array());
    }

    private static void read(Path file, Standing standing) throws IOException {
        CRC32C check = new CRC32C();
        try (DataInputStream in = new DataInputStream(
                new CheckedInputStream(new BufferedInputStream(Files.newInputStream(file)), check))) {
            int magic = in.readInt();
            int version = in.readInt();
            if (magic != MAGIC || version != VERSION) {
                throw new UnfitException("a checkpoint must begin with " + Integer.toHexString(MAGIC) + " and version "
                        + VERSION + ": '" + file + "' begins with " + Integer.toHexString(magic) + ", " + version);
            }
            long round = in.readLong();
            int step = in.readInt();
            float[] weights = new float[standing.weights().length];
            read(in, weights, file);
            for (float[][] slots : standing.slots()) {
                for (float[] slot : slots) {
                    read(in, slot, file);
                }
            }
            long wanted = check.getValue();
            if (in.readLong() != wanted) {
                throw new UnfitException(
                        "a checkpoint must be as it was written: the check sum of '" + file + "' differs");
            }
            standing.at(round, step, weights);
        }
    }

    private static void read(DataInputStream in, float[] into, Path file) throws IOException {
        int length = in.readInt();
        if (length != into.length) {
            throw new UnfitException("a checkpoint must be of this model: '" + file + "' has " + length
                    + " numbers where the model has " + into.length);
        }
        byte[] raw = new byte[Math.multiplyExact(Float.BYTES, length)];
        in.readFully(raw);
        ByteBuffer.wrap(raw).asFloatBuffer().get(into);
    }

    /** Leaves the model and the report, and takes checkpoints away. */
    void finish(ModelProto model, Standing standing) {
        try {
            OnnxFile.save(model, model());
            List<RoundRecord> records = new ArrayList<>();
            for (String line : Files.readAllLines(folder.resolve("rounds.jsonl"), StandardCharsets.UTF_8)) {
                records.add(RoundRecord.parse(line));
            }
            Path staged = folder.resolve(".report.html");
            Files.writeString(staged, ReportPage.of(settings, records));
            Files.move(
                    staged,
                    folder.resolve("report.html"),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            for (Path one : checkpoints()) {
                Folders.delete(one);
            }
            Files.deleteIfExists(residuals());
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private UnfitException unwritable(IOException e) {
        return new UnfitException("the trial cannot be written to '" + folder + "': " + Folders.reason(e), e);
    }
}
