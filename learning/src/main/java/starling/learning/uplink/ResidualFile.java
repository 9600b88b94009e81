package starling.learning.uplink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * What each node of a simulation keeps of what it could not send, in one file instead of memory: a record of equal length for
 * each node, at node x length. Cost: the file has 4 bytes for each number of the model and node that has sent; each round writes
 * and reads a record of every node that takes part. May be used by several threads.
 */
public final class ResidualFile implements Residuals, AutoCloseable {
    private final FileChannel file;
    private final int length;

    /**
     * Opens a file, a new one where there is none.
     *
     * @param length bytes of a record; none may begin with a zero byte
     */
    public ResidualFile(Path file, int length) throws IOException {
        this.file =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        this.length = length;
    }

    @Override
    public Optional<byte[]> before(long node, long round) {
        ByteBuffer record = ByteBuffer.allocate(length);
        try {
            long at = Math.multiplyExact(node, (long) length);
            while (record.hasRemaining()) {
                if (file.read(record, at + record.position()) < 0) {
                    return Optional.empty();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return record.get(0) == 0 ? Optional.empty() : Optional.of(record.array());
    }

    @Override
    public void after(long node, long round, byte[] state) {
        if (state.length != length || state[0] == 0) {
            throw new IllegalArgumentException(
                    "a record must have " + length + " bytes, the first not zero: " + state.length);
        }
        ByteBuffer record = ByteBuffer.wrap(state);
        try {
            long at = Math.multiplyExact(node, (long) length);
            while (record.hasRemaining()) {
                file.write(record, at + record.position());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Brings everything written to the disk. */
    public void force() throws IOException {
        file.force(false);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
