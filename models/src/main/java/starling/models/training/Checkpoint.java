package starling.models.training;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;

/**
 * The file of a {@link State}, big-endian: magic, version, fingerprint of what the run is made of, position, sums, epochs, best
 * epoch, then for each number its name, length and values; last the CRC-32C of all before. It is written beside its place and
 * then renamed.
 */
final class Checkpoint {
    private static final int MAGIC = 0x53544350;
    private static final int VERSION = 2;
    private static final long LARGEST = 1L << 31;

    private Checkpoint() {}

    static void write(Path file, String fingerprint, State state) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeInt(VERSION);
            out.writeUTF(fingerprint);
            out.writeInt(state.epoch);
            out.writeInt(state.batch);
            out.writeInt(state.step);
            out.writeDouble(state.lossSum);
            out.writeLong(state.right);
            out.writeLong(state.seen);
            out.writeInt(state.best);
            out.writeDouble(state.bestAccuracy);
            out.writeInt(state.epochs.size());
            for (Epoch epoch : state.epochs) {
                write(out, epoch);
            }
            write(out, state.parameters.copy());
            write(out, state.statistics.copy());
            for (String name : state.parameters.names()) {
                for (float[] slot : state.slots.getOrDefault(name, new float[0][])) {
                    write(out, slot);
                }
            }
            Map<String, float[]> best = state.bestNumbers;
            out.writeBoolean(best != null);
            if (best != null) {
                write(out, best);
            }
            CRC32C check = new CRC32C();
            check.update(bytes.toByteArray());
            out.writeLong(check.getValue());
            Path place = file.toAbsolutePath();
            Path staged = place.resolveSibling("." + place.getFileName() + ".part");
            try {
                Files.write(staged, bytes.toByteArray());
                Files.move(staged, place, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(staged);
            }
        } catch (IOException e) {
            throw new UnfitException("the checkpoint '" + file + "' cannot be written: " + e.getMessage(), e);
        }
    }

    private static void write(DataOutputStream out, Epoch epoch) throws IOException {
        out.writeInt(epoch.number());
        out.writeDouble(epoch.rate());
        out.writeDouble(epoch.loss());
        out.writeDouble(epoch.accuracy());
        Double heldBack = epoch.heldBackAccuracy();
        out.writeDouble(heldBack == null ? Double.NaN : heldBack);
        out.writeDouble(epoch.seconds());
    }

    private static void write(DataOutputStream out, Map<String, float[]> numbers) throws IOException {
        for (Map.Entry<String, float[]> one : numbers.entrySet()) {
            out.writeUTF(one.getKey());
            write(out, one.getValue());
        }
    }

    private static void write(DataOutputStream out, float[] values) throws IOException {
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length);
        raw.asFloatBuffer().put(values);
        out.writeInt(values.length);
        out.write(raw.array());
    }

    /**
     * Reads a checkpoint into a state of the same run.
     *
     * @throws UnfitException when the file is missing or damaged, or belongs to another model, data or recipe
     */
    static void read(Path file, String fingerprint, State state) {
        byte[] bytes = bytes(file);
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readInt() != MAGIC) {
                throw new UnfitException("'" + file + "' is no checkpoint");
            }
            int version = in.readInt();
            if (version != VERSION) {
                throw new UnfitException(
                        "a checkpoint must be of version " + VERSION + ": '" + file + "' is of version " + version);
            }
            requireWhole(file, bytes);
            String found = in.readUTF();
            if (!found.equals(fingerprint)) {
                throw new UnfitException("a checkpoint must be of the same run: '" + file + "' has "
                        + Fingerprint.difference(found, fingerprint));
            }
            state.epoch = in.readInt();
            state.batch = in.readInt();
            state.step = in.readInt();
            state.lossSum = in.readDouble();
            state.right = in.readLong();
            state.seen = in.readLong();
            state.best = in.readInt();
            state.bestAccuracy = in.readDouble();
            int epochs = in.readInt();
            for (int i = 0; i < epochs; i++) {
                state.epochs.add(epoch(in));
            }
            read(in, state.parameters);
            read(in, state.statistics);
            for (String name : state.parameters.names()) {
                for (float[] slot : state.slots.getOrDefault(name, new float[0][])) {
                    read(in, slot);
                }
            }
            state.bestNumbers = in.readBoolean() ? best(in, state) : null;
        } catch (EOFException e) {
            throw damaged(file, e);
        } catch (IOException e) {
            throw new UnfitException("the checkpoint '" + file + "' cannot be read: " + e.getMessage(), e);
        }
    }

    private static byte[] bytes(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new UnfitException("a checkpoint to go on from must be a file: '" + file + "' is none");
            }
            if (Files.size(file) > LARGEST - 16) {
                throw new UnfitException("a checkpoint must have at most " + (LARGEST - 16) + " bytes: '" + file
                        + "' has " + Files.size(file));
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UnfitException("the checkpoint '" + file + "' cannot be read: " + e.getMessage(), e);
        }
    }

    private static void requireWhole(Path file, byte[] bytes) {
        if (bytes.length < 16) {
            throw damaged(file, null);
        }
        CRC32C check = new CRC32C();
        check.update(bytes, 0, bytes.length - 8);
        if (check.getValue() != ByteBuffer.wrap(bytes, bytes.length - 8, 8).getLong()) {
            throw damaged(file, null);
        }
    }

    private static Epoch epoch(DataInputStream in) throws IOException {
        int number = in.readInt();
        double rate = in.readDouble();
        double loss = in.readDouble();
        double accuracy = in.readDouble();
        double heldBack = in.readDouble();
        return new Epoch(number, rate, loss, accuracy, Double.isNaN(heldBack) ? null : heldBack, in.readDouble());
    }

    private static void read(DataInputStream in, Parameters into) throws IOException {
        for (String name : into.names()) {
            if (!in.readUTF().equals(name)) {
                throw new EOFException();
            }
            read(in, into.values(name));
        }
    }

    private static void read(DataInputStream in, float[] into) throws IOException {
        if (in.readInt() != into.length) {
            throw new EOFException();
        }
        byte[] raw = new byte[4 * into.length];
        in.readFully(raw);
        ByteBuffer.wrap(raw).asFloatBuffer().get(into);
    }

    private static Map<String, float[]> best(DataInputStream in, State state) throws IOException {
        Map<String, float[]> numbers = new LinkedHashMap<>();
        for (Map.Entry<String, float[]> one : state.numbers().entrySet()) {
            if (!in.readUTF().equals(one.getKey())) {
                throw new EOFException();
            }
            float[] values = new float[one.getValue().length];
            read(in, values);
            numbers.put(one.getKey(), values);
        }
        return numbers;
    }

    private static UnfitException damaged(Path file, @Nullable Throwable cause) {
        String sentence = "a checkpoint must be whole: '" + file + "' is damaged";
        return cause == null ? new UnfitException(sentence) : new UnfitException(sentence, cause);
    }
}
