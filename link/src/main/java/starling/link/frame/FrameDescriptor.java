package starling.link.frame;

/**
 * The layout of a frame, version 1. All integers are big-endian; nothing is padded; nothing follows the annex.
 *
 * <pre>
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +---------------------------------------------------------------+
 *  0|                      magic, "STRL" in ASCII                   |
 *   +---------------+---------------+---------------+---------------+
 *  4|   version=1   |     kind      | element type  |  flags |L|F|C |
 *   +---------------+---------------+---------------+---------------+
 *  8|                                                               |
 *   |                         plan hash                             |
 *   |        (first 16 bytes of the SHA-256 of plan.json)           |
 *   |                                                               |
 *   +---------------------------------------------------------------+
 * 24|                         epoch (signed)                        |
 *   |                                                               |
 *   +---------------------------------------------------------------+
 * 32|                       inference (signed)                      |
 *   |                                                               |
 *   +-------------------------------+-------------------------------+
 * 40|            step               |            source             |
 *   +-------------------------------+-------------------------------+
 * 44|           receiver            |          reserved=0           |
 *   +-------------------------------+-------------------------------+
 * 48|                       sequence (signed)                       |
 *   |                                                               |
 *   +---------------------------------------------------------------+
 * 56|               element count (unsigned)                        |
 *   +---------------------------------------------------------------+
 * 60|               annex length in bytes (unsigned)                |
 *   +---------------------------------------------------------------+
 * 64|   payload: element count x 4 (float32) or x 2 (float16) bytes |
 *   ...                                                             |
 *   +---------------------------------------------------------------+
 *   |   annex: UTF-8 text, at most 4096 bytes                       |
 *   ...                                                             |
 *   +---------------------------------------------------------------+
 * </pre>
 *
 * <p>Flags: C (bit 0) the values are complete, F (bit 1) the sender failed and the annex says why, L (bit 2) the receiver
 * takes the input from its local source. The other five bits must be 0. Source and receiver are worker numbers;
 * {@link #ROUTER} and {@link #CLIENT} stand for the router and for a client.
 */
public final class FrameDescriptor {

    /** "STRL". */
    public static final int MAGIC = 0x5354524C;

    public static final int VERSION = 1;

    public static final int MAGIC_OFFSET = 0;
    public static final int VERSION_OFFSET = 4;
    public static final int KIND_OFFSET = 5;
    public static final int ELEMENT_TYPE_OFFSET = 6;
    public static final int FLAGS_OFFSET = 7;
    public static final int PLAN_HASH_OFFSET = 8;
    public static final int EPOCH_OFFSET = 24;
    public static final int INFERENCE_OFFSET = 32;
    public static final int STEP_OFFSET = 40;
    public static final int SOURCE_OFFSET = 42;
    public static final int RECEIVER_OFFSET = 44;
    public static final int RESERVED_OFFSET = 46;
    public static final int SEQUENCE_OFFSET = 48;
    public static final int COUNT_OFFSET = 56;
    public static final int ANNEX_LENGTH_OFFSET = 60;

    /** Bytes before the payload. */
    public static final int HEADER_LENGTH = 64;

    public static final int FLAG_COMPLETE = 1;
    public static final int FLAG_FAILED = 1 << 1;
    public static final int FLAG_LOCAL_SOURCE = 1 << 2;
    static final int KNOWN_FLAGS = FLAG_COMPLETE | FLAG_FAILED | FLAG_LOCAL_SOURCE;

    /** The number that stands for the router as source or receiver. */
    public static final int ROUTER = 0xFFFF;

    /** The number that stands for a client as source or receiver. */
    public static final int CLIENT = 0xFFFE;

    /** The highest number a worker can have. */
    public static final int MAX_WORKER = 0xFFFD;

    /** The longest annex in bytes. */
    public static final int MAX_ANNEX_LENGTH = 4096;

    private FrameDescriptor() {}

    /**
     * The length of a whole frame.
     *
     * @return header, payload and annex together, in bytes
     */
    public static long frameLength(ElementType type, long count, long annexLength) {
        return HEADER_LENGTH + count * type.bytes() + annexLength;
    }

    /**
     * The most octets that frames can take, whatever their element type.
     *
     * @param frames how many
     * @param annexes how many of them have an annex
     * @param values numbers in all of them together
     */
    public static long mostBytes(long frames, long annexes, long values) {
        return HEADER_LENGTH * frames + MAX_ANNEX_LENGTH * annexes + ElementType.FLOAT32.bytes() * values;
    }
}
