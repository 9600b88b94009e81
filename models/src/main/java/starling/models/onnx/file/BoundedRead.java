package starling.models.onnx.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import starling.models.UnfitException;

/** Reads a whole regular file whose size is known and allowed, and notices when it changes meanwhile. */
final class BoundedRead {
    /** The channel copies through a native buffer of the size asked for: small pieces keep that small. */
    private static final int PIECE = 1 << 20;

    private BoundedRead() {}

    /**
     * All bytes of the channel.
     *
     * @throws UnfitException if the file is larger than {@code most}, or grows or shrinks while it is read
     */
    static byte[] all(SeekableByteChannel channel, long most, String what) throws IOException {
        long size = channel.size();
        if (size > most) {
            throw new UnfitException(what + " has " + size + " bytes, and the limit for model files allows " + most);
        }
        byte[] bytes = array(size, what);
        ByteBuffer target = ByteBuffer.wrap(bytes);
        while (target.hasRemaining()) {
            target.limit(Math.min(target.capacity(), target.position() + PIECE));
            int read = channel.read(target);
            target.limit(target.capacity());
            if (read < 0) {
                throw changed(what);
            }
        }
        if (channel.read(ByteBuffer.allocate(1)) > 0) {
            throw changed(what);
        }
        return bytes;
    }

    private static byte[] array(long size, String what) {
        try {
            return new byte[(int) size];
        } catch (OutOfMemoryError e) {
            throw new UnfitException(what + " has " + size + " bytes and does not fit into this program's memory", e);
        }
    }

    private static UnfitException changed(String what) {
        return new UnfitException(what + " changed its size while it was read");
    }
}
