package starling.link.frame;

/** What a frame is for, and who sends it to whom. The code is what stands in the header. */
public enum FrameKind {
    /** Router to worker: the worker's part of an input. */
    INPUT(1),
    /** Worker to worker: activations and partial sums of one step. */
    EXCHANGE(2),
    /** Worker to router: the output units the worker owns. */
    ANSWER(3),
    /** Client to router: a whole input. */
    REQUEST(4),
    /** Router to client: a whole output. */
    REPLY(5);

    private static final FrameKind[] ALL = values();

    private final int code;

    FrameKind(int code) {
        this.code = code;
    }

    /** The number in the header. */
    public int code() {
        return code;
    }

    static FrameKind ofCode(int code) throws MalformedFrameException {
        if (code < 1 || code > ALL.length) {
            throw new MalformedFrameException("a frame's kind must be 1 to " + ALL.length + ": it is " + code);
        }
        return ALL[code - 1];
    }
}
