package starling.link.piece;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32C;
import starling.link.frame.MalformedFrameException;

/**
 * A part of a long message, as it travels. All integers are big-endian; nothing follows the bytes.
 *
 * <pre>
 *  0 magic "STPC"          4
 *  4 version = 1           1
 *  5 kind                  1
 *  6 source                2   a worker's number, or {@link starling.link.frame.FrameDescriptor#ROUTER}
 *  8 epoch                 8
 * 16 round                 8
 * 24 length of the whole   4   bytes, at least 0
 * 28 index of the piece    4   from 0
 * 32 bytes of a piece      4   of all but the last, at least 1
 * 36 CRC-32C               4   of bytes 0 to 35 and of those from 40 on
 * 40 bytes
 * </pre>
 *
 * @param key which message it is a part of
 * @param length of the whole message in bytes
 * @param index from 0
 * @param size bytes of every piece but the last
 * @param bytes not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // a part of a message, compared by nobody
public record Piece(Key key, int length, int index, int size, byte[] bytes) {
    /** Bytes of a piece that every broker takes. */
    public static final int BYTES = 1 << 18;

    static final int HEADER_LENGTH = 40;

    private static final int MAGIC = 0x53545043;
    private static final byte VERSION = 1;
    private static final int CHECK_OFFSET = 36;

    /**
     * Which message. A sender's messages follow each other by epoch, round and kind.
     *
     * @param kind what the parties agreed on, 0 to 255
     * @param source who sends
     * @param epoch of the run that it belongs to
     * @param round within it
     */
    public record Key(int kind, int source, long epoch, long round) {
        private static final Comparator<Key> ORDER = Comparator.comparingLong(Key::epoch)
                .thenComparingLong(Key::round)
                .thenComparingInt(Key::kind);

        public Key {
            if (kind < 0 || kind > 0xFF) {
                throw new IllegalArgumentException("a message's kind must be 0 to 255: it is " + kind);
            }
            if (source < 0 || source > 0xFFFF) {
                throw new IllegalArgumentException("a message's source must be 0 to 65535: it is " + source);
            }
        }

        /** Whether this message is older than another of the same sender. */
        boolean isBefore(Key other) {
            return ORDER.compare(this, other) < 0;
        }
    }

    public Piece {
        if (length < 0 || size < 1 || index < 0 || index >= count(length, size)) {
            throw new IllegalArgumentException("a piece must be one of its message: piece " + index + " of " + length
                    + " bytes in pieces of " + size);
        }
        int own = Math.min(size, length - index * size);
        if (bytes.length != own) {
            throw new IllegalArgumentException(
                    "piece " + index + " must have " + own + " bytes: it has " + bytes.length);
        }
    }

    /** Pieces of a message; one also for none at all. */
    static int count(int length, int size) {
        return Math.max(1, (int) (((long) length + size - 1) / size));
    }

    /** Cuts a message. */
    public static List<Piece> of(Key key, byte[] message, int size) {
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0; i < count(message.length, size); i++) {
            byte[] bytes = new byte[Math.min(size, message.length - i * size)];
            System.arraycopy(message, i * size, bytes, 0, bytes.length);
            pieces.add(new Piece(key, message.length, i, size, bytes));
        }
        return pieces;
    }

    /** As it travels. */
    public byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(HEADER_LENGTH + bytes.length);
        out.putInt(MAGIC).put(VERSION).put((byte) key.kind()).putShort((short) key.source());
        out.putLong(key.epoch())
                .putLong(key.round())
                .putInt(length)
                .putInt(index)
                .putInt(size);
        out.putInt(check(out.array(), bytes)).put(bytes);
        return out.array();
    }

    /**
     * Reads a piece.
     *
     * @throws MalformedFrameException with one sentence, when it is not what {@link #encode} makes
     */
    public static Piece decode(byte[] travelled) throws MalformedFrameException {
        if (travelled.length < HEADER_LENGTH) {
            throw new MalformedFrameException(
                    "a piece must have at least " + HEADER_LENGTH + " bytes: it has " + travelled.length);
        }
        ByteBuffer in = ByteBuffer.wrap(travelled);
        int magic = in.getInt();
        byte version = in.get();
        if (magic != MAGIC || version != VERSION) {
            throw new MalformedFrameException("a piece must begin with " + Integer.toHexString(MAGIC) + " and version "
                    + VERSION + ": it begins with " + Integer.toHexString(magic) + ", " + version);
        }
        Key key = new Key(in.get() & 0xFF, in.getShort() & 0xFFFF, in.getLong(), in.getLong());
        int length = in.getInt();
        int index = in.getInt();
        int size = in.getInt();
        int check = in.getInt();
        byte[] bytes = new byte[in.remaining()];
        in.get(bytes);
        if (check != check(travelled, bytes)) {
            throw new MalformedFrameException("a piece must arrive as it was sent: the check sum of piece " + index
                    + " from " + key.source() + " differs");
        }
        try {
            return new Piece(key, length, index, size, bytes);
        } catch (IllegalArgumentException e) {
            throw new MalformedFrameException(String.valueOf(e.getMessage()));
        }
    }

    private static int check(byte[] header, byte[] bytes) {
        CRC32C check = new CRC32C();
        check.update(header, 0, CHECK_OFFSET);
        check.update(bytes);
        return (int) check.getValue();
    }
}
