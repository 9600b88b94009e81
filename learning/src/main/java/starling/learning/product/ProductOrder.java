package starling.learning.product;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import starling.codes.MalformedMessageException;
import starling.codes.computation.Matrix;

/** What a router tells one agent that multiplies for it. Big-endian: kind (1), a number (8), and what follows. */
public sealed interface ProductOrder {
    /** The factor or the job that it is about. */
    long number();

    byte[] encode();

    /**
     * To keep shares of a factor until they are dropped, or another run of the router begins.
     *
     * @param number by which jobs name the factor
     * @param shares for every task of this agent, in the order of tasks, one matrix for each of its products
     */
    record Keep(long number, List<List<Matrix>> shares) implements ProductOrder {
        @Override
        public byte[] encode() {
            return Matrices.message(KEEP, number, Matrices.bytes(shares), out -> Matrices.put(out, shares));
        }
    }

    /**
     * To drop the shares of a factor.
     *
     * @param number of the factor
     */
    record Drop(long number) implements ProductOrder {
        @Override
        public byte[] encode() {
            return Matrices.message(DROP, number, 0, out -> {});
        }
    }

    /**
     * To multiply: for every task the sum of the products of its left and right matrices.
     *
     * @param number of the job
     * @param tasks in the order in which they are to be done
     * @param left the left matrices
     * @param right the right matrices
     */
    record Multiply(long number, List<Step> tasks, Operand left, Operand right) implements ProductOrder {
        @Override
        public byte[] encode() {
            long bytes = Integer.BYTES + (long) STEP * tasks.size() + bytes(left) + bytes(right);
            return Matrices.message(MULTIPLY, number, bytes, out -> {
                out.putInt(tasks.size());
                tasks.forEach(step -> out.putInt(step.task()).put((byte) (step.sends() ? 1 : 0)));
                put(out, left);
                put(out, right);
            });
        }
    }

    /**
     * To stop a job: what is not done is not done.
     *
     * @param number of the job
     */
    record Cancel(long number) implements ProductOrder {
        @Override
        public byte[] encode() {
            return Matrices.message(CANCEL, number, 0, out -> {});
        }
    }

    /**
     * A task of a job.
     *
     * @param task its number among the tasks of this agent: that of its share in a kept factor
     * @param sends whether its result, and those that were held back before, leave when it is done
     */
    record Step(int task, boolean sends) {}

    /** One side of the products. */
    sealed interface Operand {}

    /**
     * Shares that the agent keeps.
     *
     * @param factor its number
     */
    record Kept(long factor) implements Operand {}

    /**
     * Shares that come with the order, one for each of its tasks.
     *
     * @param shares one matrix for each product of a task
     */
    record Sent(List<List<Matrix>> shares) implements Operand {}

    /** Of the messages about products, the only one. */
    int KIND = 1;

    /** How often router and agents show that they are there. */
    Duration HEARTBEAT = Duration.ofSeconds(2);

    byte KEEP = 1;
    byte DROP = 2;
    byte MULTIPLY = 3;
    byte CANCEL = 4;

    /** Bytes of a task in an order. */
    int STEP = Integer.BYTES + 1;

    private static long bytes(Operand operand) {
        return 1 + (operand instanceof Sent sent ? Matrices.bytes(sent.shares()) : Long.BYTES);
    }

    private static void put(ByteBuffer out, Operand operand) {
        if (operand instanceof Kept kept) {
            out.put((byte) 0).putLong(kept.factor());
        } else if (operand instanceof Sent sent) {
            Matrices.put(out.put((byte) 1), sent.shares());
        }
    }

    /**
     * The number of an order that has begun to come.
     *
     * @throws MalformedMessageException when that is not there
     */
    static long number(byte[] beginning) {
        ByteBuffer in = ByteBuffer.wrap(beginning);
        Matrices.need(in, Matrices.HEADER, "an order");
        return in.getLong(1);
    }

    /**
     * Reads an order.
     *
     * @throws MalformedMessageException when it is none, or a number of a share is not finite
     */
    static ProductOrder decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        Matrices.need(in, Matrices.HEADER, "an order");
        byte kind = in.get();
        long number = in.getLong();
        ProductOrder order =
                switch (kind) {
                    case KEEP -> new Keep(number, Matrices.shares(in));
                    case DROP -> new Drop(number);
                    case MULTIPLY -> multiply(number, in);
                    case CANCEL -> new Cancel(number);
                    default ->
                        throw new MalformedMessageException(
                                "an order's kind must be " + KEEP + " to " + CANCEL + ": it is " + kind);
                };
        Matrices.end(in);
        return order;
    }

    private static Multiply multiply(long number, ByteBuffer in) {
        Matrices.need(in, Integer.BYTES, "the number of tasks");
        int count = in.getInt();
        if (count < 1 || count > in.remaining() / STEP) {
            throw new MalformedMessageException("an order must have 1 task or more, and all of them: it has " + count);
        }
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int task = in.getInt();
            byte sends = in.get();
            if (task < 0 || sends < 0 || sends > 1) {
                throw new MalformedMessageException(
                        "a task must have a number from 0 and 0 or 1 behind it: it has " + task + " and " + sends);
            }
            steps.add(new Step(task, sends == 1));
        }
        return new Multiply(number, List.copyOf(steps), operand(in, count), operand(in, count));
    }

    private static Operand operand(ByteBuffer in, int tasks) {
        Matrices.need(in, 1 + Integer.BYTES, "an operand");
        byte kind = in.get();
        if (kind == 0) {
            Matrices.need(in, Long.BYTES, "a kept factor's number");
            return new Kept(in.getLong());
        }
        if (kind != 1) {
            throw new MalformedMessageException("an operand must be kept (0) or sent (1): it is " + kind);
        }
        List<List<Matrix>> shares = Matrices.shares(in);
        if (shares.size() != tasks) {
            throw new MalformedMessageException(
                    "there must be a share for each of " + tasks + " tasks: there are " + shares.size());
        }
        return new Sent(shares);
    }
}
