package starling.link.frame;

/** How a payload's numbers are written. The code is what stands in the header. */
public enum ElementType {
    /** IEEE 754 binary32. */
    FLOAT32(1, 4),
    /** IEEE 754 binary16, rounded to nearest even from binary32; see {@link Half}. */
    FLOAT16(2, 2);

    private final int code;
    private final int bytes;

    ElementType(int code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    /** The number in the header. */
    public int code() {
        return code;
    }

    /** Bytes per element. */
    public int bytes() {
        return bytes;
    }

    static ElementType ofCode(int code) throws MalformedFrameException {
        return switch (code) {
            case 1 -> FLOAT32;
            case 2 -> FLOAT16;
            default ->
                throw new MalformedFrameException(
                        "a frame's element type must be 1 (float32) or 2 (float16): it is " + code);
        };
    }
}
