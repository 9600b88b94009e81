package starling.learning.product;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import starling.codes.MalformedMessageException;
import starling.codes.computation.Matrix;

/** What an agent that multiplies tells its router. Big-endian: kind (1), a number (8), and what follows. */
public sealed interface ProductReply {
    /** The factor or the job that it is about. */
    long number();

    byte[] encode();

    /**
     * It keeps its shares of a factor now.
     *
     * @param number of the factor
     */
    record Holds(long number) implements ProductReply {
        @Override
        public byte[] encode() {
            return Matrices.message(HOLDS, number, 0, out -> {});
        }
    }

    /**
     * A task is done.
     *
     * @param number of the job
     * @param task its number among the agent's tasks
     * @param computing seconds that the products took
     * @param waiting seconds that the agent waited on purpose, to be slow
     * @param value the sum of products, judged by whoever decodes it
     */
    record Result(long number, int task, double computing, double waiting, Matrix value) implements ProductReply {
        @Override
        public byte[] encode() {
            long bytes = RESULT_HEADER + Matrices.bytes(value);
            return Matrices.message(RESULT, number, bytes, out -> {
                out.putInt(task).putDouble(computing).putDouble(waiting);
                Matrices.put(out, value);
            });
        }
    }

    /**
     * It cannot do a job, for it does not keep a factor.
     *
     * @param number of the job
     * @param factor that it lacks
     */
    record Lacks(long number, long factor) implements ProductReply {
        @Override
        public byte[] encode() {
            return Matrices.message(LACKS, number, Long.BYTES, out -> out.putLong(factor));
        }
    }

    /**
     * It cannot do what it was told.
     *
     * @param number of the factor or the job
     * @param why one sentence of at most 1 000 bytes; what is beyond is cut off
     */
    record Refuses(long number, String why) implements ProductReply {
        @Override
        public byte[] encode() {
            byte[] sentence = why.getBytes(StandardCharsets.UTF_8);
            byte[] sent = Arrays.copyOf(sentence, Math.min(LONGEST_SENTENCE, sentence.length));
            return Matrices.message(REFUSES, number, sent.length, out -> out.put(sent));
        }
    }

    byte HOLDS = 1;
    byte RESULT = 2;
    byte LACKS = 3;
    byte REFUSES = 4;

    /** Bytes of a result before its matrix. */
    int RESULT_HEADER = Integer.BYTES + 2 * Double.BYTES;

    /** Bytes of a sentence at most. */
    int LONGEST_SENTENCE = 1000;

    /** Bytes of the longest reply when no result has more numbers than this. */
    static int longest(long numbers) {
        return (int) Math.min(
                Integer.MAX_VALUE,
                Matrices.HEADER + RESULT_HEADER + LONGEST_SENTENCE + Math.multiplyExact(Double.BYTES, numbers));
    }

    /**
     * Reads a reply. The numbers of a result may be anything.
     *
     * @throws MalformedMessageException when it is none
     */
    static ProductReply decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        Matrices.need(in, Matrices.HEADER, "a reply");
        byte kind = in.get();
        long number = in.getLong();
        ProductReply reply =
                switch (kind) {
                    case HOLDS -> new Holds(number);
                    case RESULT -> result(number, in);
                    case LACKS -> {
                        Matrices.need(in, Long.BYTES, "the number of a factor");
                        yield new Lacks(number, in.getLong());
                    }
                    case REFUSES -> refuses(number, in);
                    default ->
                        throw new MalformedMessageException(
                                "a reply's kind must be " + HOLDS + " to " + REFUSES + ": it is " + kind);
                };
        Matrices.end(in);
        return reply;
    }

    private static Result result(long number, ByteBuffer in) {
        Matrices.need(in, RESULT_HEADER, "a result");
        int task = in.getInt();
        double computing = in.getDouble();
        double waiting = in.getDouble();
        if (!(computing >= 0 && waiting >= 0 && computing + waiting < Double.POSITIVE_INFINITY)) {
            throw new MalformedMessageException(
                    "the times of a result must be 0 or more: they are " + computing + " and " + waiting);
        }
        return new Result(number, task, computing, waiting, Matrices.matrix(in));
    }

    private static Refuses refuses(long number, ByteBuffer in) {
        if (in.remaining() > LONGEST_SENTENCE) {
            throw new MalformedMessageException(
                    "a reason must have at most " + LONGEST_SENTENCE + " bytes: it has " + in.remaining());
        }
        byte[] why = new byte[in.remaining()];
        in.get(why);
        return new Refuses(number, new String(why, StandardCharsets.UTF_8));
    }
}
