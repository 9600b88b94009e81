package starling.codes.computation;

/**
 * An answer that cannot be used. The job that refused it is as it was before: all other answers count. The sentence names the
 * rule and the value that breaks it.
 */
public final class RefusedAnswerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why an answer is refused. */
    public enum Reason {
        /** It is of a job that is not this one: an older one, perhaps. */
        OTHER_JOB,
        /** No such worker, or the worker has no such task. */
        UNKNOWN_TASK,
        /** The task was answered before. */
        TWICE,
        /** The matrix has other dimensions than the blocks of the result. */
        SHAPE,
        /** A number is NaN or infinite. */
        NOT_FINITE
    }

    private final Reason reason;

    RefusedAnswerException(Reason reason, String sentence) {
        super(sentence);
        this.reason = reason;
    }

    /** Why it is refused. */
    public Reason reason() {
        return reason;
    }
}
