package starling.models.run;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import starling.models.UnfitException;

/**
 * A model in a temporary file, for ONNX Runtime to read it from there: a model handed over in memory is held three times until
 * the session is open, as the message, as its bytes and as ONNX Runtime's copy of these. The folder is the owner's alone and goes
 * when this is closed. Bytes pass in pieces, since Java copies what is written or read at once through memory outside its heap.
 */
public final class ModelFile implements AutoCloseable {
    private static final int PIECE = 1 << 20;

    private final Path folder;

    /** Writes the model. */
    public ModelFile(ModelProto model) throws IOException {
        // Folders of this call are created for their owner alone (mode 0700).
        folder = Files.createTempDirectory("starling-model");
        boolean written = false;
        try (OutputStream out = inPieces(Files.newOutputStream(path()))) {
            model.writeTo(out);
            written = true;
        } finally {
            if (!written) {
                close();
            }
        }
    }

    /** The file. */
    public Path path() {
        return folder.resolve("model.onnx");
    }

    /** Another file in the same folder, which goes with it. */
    public Path beside() {
        return folder.resolve("other.onnx");
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(path());
        Files.deleteIfExists(beside());
        Files.deleteIfExists(folder);
    }

    /** Passes on what is written in pieces of at most 1 MiB. */
    public static OutputStream inPieces(OutputStream to) {
        return new BufferedOutputStream(to, PIECE) {
            @Override
            public synchronized void write(byte[] bytes, int from, int count) throws IOException {
                for (int done = 0; done < count; done += PIECE / 2) {
                    super.write(bytes, from + done, Math.min(PIECE / 2, count - done));
                }
            }
        };
    }

    /**
     * All bytes of a file.
     *
     * @throws UnfitException when it has more than an array holds
     */
    public static byte[] read(Path file) throws IOException {
        long size = Files.size(file);
        if (size > Integer.MAX_VALUE - 16) {
            throw new UnfitException(
                    "'" + file + "' must have at most " + (Integer.MAX_VALUE - 16) + " bytes: it has " + size);
        }
        byte[] bytes = new byte[(int) size];
        try (InputStream in = Files.newInputStream(file)) {
            for (int at = 0; at < bytes.length; ) {
                int read = in.read(bytes, at, Math.min(PIECE, bytes.length - at));
                if (read < 0) {
                    throw new IOException("'" + file + "' became shorter while it was read");
                }
                at += read;
            }
        }
        return bytes;
    }
}
