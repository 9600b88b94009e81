package starling.link.frame;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * One frame: a header, numbers, and a short text. {@link #encode} writes one into a byte array in a single pass over the numbers;
 * {@link #decode} checks a received byte array and keeps a view of it, so that {@link #copyTo} moves the numbers from the wire straight to
 * where they are needed. A decoded frame does not copy the received array: whoever decodes must not change it afterwards.
 *
 * <p>Cost: O(bytes); float32 moves in bulk (byte order included). Numbers are not judged: NaN and infinities pass.
 */
public final class Frame {

    private final FrameHeader header;
    private final int count;
    private final ByteBuffer payload;
    private final String annex;

    private Frame(FrameHeader header, int count, ByteBuffer payload, String annex) {
        this.header = header;
        this.count = count;
        this.payload = payload;
        this.annex = annex;
    }

    /** Encodes the whole array; see {@link #encode(FrameHeader, FloatBuffer, String)}. */
    public static byte[] encode(FrameHeader header, float[] values, String annex) {
        return encode(header, FloatBuffer.wrap(values), annex);
    }

    /**
     * Encodes a frame.
     *
     * @param values the payload: all remaining numbers, heap or direct; its position is left as it was
     * @param annex UTF-8 text (telemetry as JSON, or the sentence of a failure), empty for none
     * @return a new array of exactly the frame's length
     * @throws IllegalArgumentException if the annex is longer than {@link FrameDescriptor#MAX_ANNEX_LENGTH} bytes or is not
     *     valid Unicode, or the frame is longer than an array can be
     */
    public static byte[] encode(FrameHeader header, FloatBuffer values, String annex) {
        byte[] text = annexBytes(annex);
        int count = values.remaining();
        long length = FrameDescriptor.frameLength(header.elementType(), count, text.length);
        if (length > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("a frame must fit into one array: it needs " + length + " bytes");
        }
        ByteBuffer out = ByteBuffer.allocate((int) length);
        out.putInt(FrameDescriptor.MAGIC)
                .put((byte) FrameDescriptor.VERSION)
                .put((byte) header.kind().code())
                .put((byte) header.elementType().code())
                .put((byte) header.flags())
                .putLong(header.plan().high())
                .putLong(header.plan().low())
                .putLong(header.epoch())
                .putLong(header.inference())
                .putShort((short) header.step())
                .putShort((short) header.source())
                .putShort((short) header.receiver())
                .putShort((short) 0)
                .putLong(header.sequence())
                .putInt(count)
                .putInt(text.length);
        switch (header.elementType()) {
            case FLOAT32 -> out.asFloatBuffer().put(values.duplicate());
            case FLOAT16 -> Half.put(values.duplicate(), out.asShortBuffer());
        }
        out.position(out.limit() - text.length);
        out.put(text);
        return out.array();
    }

    /**
     * Checks a received byte array from the first byte to the last. Nothing is allocated before its length is known to be true.
     *
     * @throws MalformedFrameException if it is no frame of this version within the limits; never anything else
     */
    public static Frame decode(byte[] bytes, FrameLimits limits) throws MalformedFrameException {
        if (bytes.length > limits.maxBytes()) {
            throw new MalformedFrameException(
                    "a frame must have at most " + limits.maxBytes() + " bytes: it has " + bytes.length);
        }
        if (bytes.length < FrameDescriptor.HEADER_LENGTH) {
            throw new MalformedFrameException("a frame must have at least the " + FrameDescriptor.HEADER_LENGTH
                    + " bytes of its header: it has " + bytes.length);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int magic = in.getInt(FrameDescriptor.MAGIC_OFFSET);
        if (magic != FrameDescriptor.MAGIC) {
            throw new MalformedFrameException(
                    "a frame must begin with 5354524c (STRL): it begins with " + String.format("%08x", magic));
        }
        int version = in.get(FrameDescriptor.VERSION_OFFSET) & 0xFF;
        if (version != FrameDescriptor.VERSION) {
            throw new MalformedFrameException(
                    "a frame's version must be " + FrameDescriptor.VERSION + ": it is " + version);
        }
        FrameKind kind = FrameKind.ofCode(in.get(FrameDescriptor.KIND_OFFSET) & 0xFF);
        ElementType type = ElementType.ofCode(in.get(FrameDescriptor.ELEMENT_TYPE_OFFSET) & 0xFF);
        int flags = in.get(FrameDescriptor.FLAGS_OFFSET) & 0xFF;
        if ((flags & ~FrameDescriptor.KNOWN_FLAGS) != 0) {
            throw new MalformedFrameException("a frame's flags must be a sum of 1, 2 and 4: they are " + flags);
        }
        int reserved = in.getShort(FrameDescriptor.RESERVED_OFFSET) & 0xFFFF;
        if (reserved != 0) {
            throw new MalformedFrameException("a frame's reserved field must be 0: it is " + reserved);
        }
        long count = in.getInt(FrameDescriptor.COUNT_OFFSET) & 0xFFFFFFFFL;
        if (count > limits.maxElements()) {
            throw new MalformedFrameException(
                    "a frame must have at most " + limits.maxElements() + " elements: it says " + count);
        }
        long annexLength = in.getInt(FrameDescriptor.ANNEX_LENGTH_OFFSET) & 0xFFFFFFFFL;
        if (annexLength > FrameDescriptor.MAX_ANNEX_LENGTH) {
            throw new MalformedFrameException("a frame's annex must have at most " + FrameDescriptor.MAX_ANNEX_LENGTH
                    + " bytes: it says " + annexLength);
        }
        long length = FrameDescriptor.frameLength(type, count, annexLength);
        if (length != bytes.length) {
            throw new MalformedFrameException("a frame must be as long as its header says: " + count + " elements of "
                    + type.bytes() + " bytes and an annex of " + annexLength + " make " + length + " bytes, there are "
                    + bytes.length);
        }
        int annexAt = bytes.length - (int) annexLength;
        return new Frame(
                header(in, kind, type, flags),
                (int) count,
                in.slice(FrameDescriptor.HEADER_LENGTH, annexAt - FrameDescriptor.HEADER_LENGTH),
                annex(in, annexAt));
    }

    public FrameHeader header() {
        return header;
    }

    /** How many numbers the frame carries. */
    public int count() {
        return count;
    }

    /** The text after the numbers, empty for none. It is valid Unicode; whether it is JSON is the reader's to judge. */
    public String annex() {
        return annex;
    }

    /** The numbers in a new array. */
    public float[] values() {
        float[] values = new float[count];
        copyTo(values, 0);
        return values;
    }

    /**
     * Writes all numbers into an existing array.
     *
     * @throws IndexOutOfBoundsException if they do not fit
     */
    public void copyTo(float[] target, int offset) {
        copyTo(FloatBuffer.wrap(target, offset, count));
    }

    /**
     * Writes all numbers into an existing buffer (heap or direct) and moves its position behind them.
     *
     * @throws BufferOverflowException if they do not fit; nothing is written then
     */
    public void copyTo(FloatBuffer target) {
        switch (header.elementType()) {
            case FLOAT32 -> target.put(payload.asFloatBuffer());
            case FLOAT16 -> {
                if (target.remaining() < count) {
                    throw new BufferOverflowException();
                }
                FloatBuffer part = target.slice(target.position(), count);
                Half.get(payload.asShortBuffer(), part);
                target.position(target.position() + count);
            }
        }
    }

    private static FrameHeader header(ByteBuffer in, FrameKind kind, ElementType type, int flags) {
        return new FrameHeader(
                kind,
                type,
                (flags & FrameDescriptor.FLAG_COMPLETE) != 0,
                (flags & FrameDescriptor.FLAG_FAILED) != 0,
                (flags & FrameDescriptor.FLAG_LOCAL_SOURCE) != 0,
                new PlanHash(
                        in.getLong(FrameDescriptor.PLAN_HASH_OFFSET),
                        in.getLong(FrameDescriptor.PLAN_HASH_OFFSET + Long.BYTES)),
                in.getLong(FrameDescriptor.EPOCH_OFFSET),
                in.getLong(FrameDescriptor.INFERENCE_OFFSET),
                in.getShort(FrameDescriptor.STEP_OFFSET) & 0xFFFF,
                in.getShort(FrameDescriptor.SOURCE_OFFSET) & 0xFFFF,
                in.getShort(FrameDescriptor.RECEIVER_OFFSET) & 0xFFFF,
                in.getLong(FrameDescriptor.SEQUENCE_OFFSET));
    }

    private static String annex(ByteBuffer in, int at) throws MalformedFrameException {
        if (at == in.limit()) {
            return "";
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(in.slice(at, in.limit() - at))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedFrameException("a frame's annex must be UTF-8: " + e.getMessage());
        }
    }

    private static byte[] annexBytes(String annex) {
        if (annex.isEmpty()) {
            return new byte[0];
        }
        ByteBuffer encoded;
        try {
            encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(annex));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a frame's annex must be valid Unicode: " + e.getMessage(), e);
        }
        if (encoded.remaining() > FrameDescriptor.MAX_ANNEX_LENGTH) {
            throw new IllegalArgumentException("a frame's annex must have at most " + FrameDescriptor.MAX_ANNEX_LENGTH
                    + " bytes: it has " + encoded.remaining());
        }
        byte[] text = new byte[encoded.remaining()];
        encoded.get(text);
        return text;
    }
}
