package starling.learning.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import starling.codes.MalformedMessageException;
import starling.codes.overair.PowerReport;
import starling.learning.node.Answer;

/**
 * A node's answer with the loss of its batches, as it travels. Big-endian: kind (1), loss (8), and what follows; it ends with the message.
 *
 * @param loss NaN in an answer without an update
 * @param answer of the node
 */
public record Reply(double loss, Answer answer) {
    private static final int HEADER = 1 + Double.BYTES;
    private static final int MESSAGE = 1;
    private static final int REPORT = 2;
    private static final int FRAME = 3;
    private static final int OUTAGE = 4;
    private static final int IDLE = 5;
    private static final int REFUSED = 6;
    private static final int MASKED = 7;
    private static final int KEYS = 8;
    private static final int KEY_BYTES = 32;
    private static final int LONGEST_SENTENCE = 1000;
    private static final int SLACK = 1 << 16;

    /**
     * Bytes of the longest answer that is taken from a node with a model of so many numbers: twice what the update takes as it is, for codes that
     * spend more on odd vectors.
     */
    public static int longest(int length) {
        return (int) Math.min(Integer.MAX_VALUE - SLACK, 2L * Double.BYTES * length + SLACK);
    }

    public byte[] encode() {
        if (answer instanceof Answer.Message message) {
            return with(MESSAGE, message.bytes());
        }
        if (answer instanceof Answer.Report report) {
            PowerReport power = report.report();
            ByteBuffer numbers = ByteBuffer.allocate(Double.BYTES * (3 + power.scales().length));
            numbers.putDouble(power.amount()).putDouble(power.participation()).putDouble(power.best());
            numbers.asDoubleBuffer().put(power.scales());
            return with(REPORT, numbers.array());
        }
        if (answer instanceof Answer.Frame frame) {
            ByteBuffer numbers = ByteBuffer.allocate(Math.multiplyExact(Float.BYTES, frame.symbols().length));
            numbers.asFloatBuffer().put(frame.symbols());
            return with(FRAME, numbers.array());
        }
        if (answer instanceof Answer.Masked masked) {
            ByteBuffer numbers = ByteBuffer.allocate(
                    Math.addExact(1 + Double.BYTES, Math.multiplyExact(Long.BYTES, masked.steps().length)));
            numbers.put((byte) (masked.sent() ? 1 : 0)).putDouble(masked.energy());
            numbers.asLongBuffer().put(masked.steps());
            return with(MASKED, numbers.array());
        }
        if (answer instanceof Answer.Keys keys) {
            ByteBuffer all = ByteBuffer.allocate(
                    (Integer.BYTES + KEY_BYTES) * keys.byNode().size());
            keys.byNode().forEach((node, key) -> all.putInt(node).put(key, 0, KEY_BYTES));
            return with(KEYS, all.array());
        }
        if (answer instanceof Answer.Refused refused) {
            byte[] why = refused.why().getBytes(StandardCharsets.UTF_8);
            return with(REFUSED, Arrays.copyOf(why, Math.min(LONGEST_SENTENCE, why.length)));
        }
        return with(answer instanceof Answer.Outage ? OUTAGE : IDLE, new byte[0]);
    }

    private byte[] with(int kind, byte[] rest) {
        ByteBuffer out = ByteBuffer.allocate(Math.addExact(HEADER, rest.length));
        out.put((byte) kind).putDouble(loss).put(rest);
        return out.array();
    }

    /**
     * Reads an answer. What it says is judged by whoever uses it: messages by their code, frames by the channel.
     *
     * @throws MalformedMessageException when it is none
     */
    public static Reply decode(byte[] bytes) {
        if (bytes.length < HEADER) {
            throw new MalformedMessageException("an answer must have at least " + HEADER + " bytes: " + bytes.length);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int kind = in.get();
        double loss = in.getDouble();
        return new Reply(loss, answer(kind, in));
    }

    private static Answer answer(int kind, ByteBuffer in) {
        int left = in.remaining();
        switch (kind) {
            case MESSAGE -> {
                byte[] message = new byte[left];
                in.get(message);
                return new Answer.Message(message);
            }
            case REPORT -> {
                return new Answer.Report(report(in));
            }
            case FRAME -> {
                require(left % Float.BYTES == 0, "a frame must have four bytes for each number", left);
                float[] symbols = new float[left / Float.BYTES];
                in.asFloatBuffer().get(symbols);
                return new Answer.Frame(symbols);
            }
            case REFUSED -> {
                require(left <= LONGEST_SENTENCE, "a sentence must have at most " + LONGEST_SENTENCE + " bytes", left);
                String why = StandardCharsets.UTF_8.decode(in).toString();
                return new Answer.Refused(why.replaceAll("\\p{Cntrl}", "?"));
            }
            case MASKED -> {
                require(
                        left > Double.BYTES && (left - 1) % Long.BYTES == 0,
                        "a masked frame must have whole numbers",
                        left);
                int sent = in.get();
                double energy = in.getDouble();
                require(sent == 0 || sent == 1, "a masked frame has been sent or not", sent);
                require(energy >= 0 && energy < Double.POSITIVE_INFINITY, "an energy must be finite", energy);
                long[] steps = new long[in.remaining() / Long.BYTES];
                in.asLongBuffer().get(steps);
                return new Answer.Masked(steps, sent == 1, energy);
            }
            case KEYS -> {
                require(left % (Integer.BYTES + KEY_BYTES) == 0, "keys must be whole", left);
                Map<Integer, byte[]> keys = new TreeMap<>();
                while (in.hasRemaining()) {
                    int node = in.getInt();
                    byte[] key = new byte[KEY_BYTES];
                    in.get(key);
                    require(keys.put(node, key) == null, "there must be one key for each node", node);
                }
                return new Answer.Keys(keys);
            }
            case OUTAGE, IDLE -> {
                require(left == 0, "an answer without an update must end after its loss", left);
                return kind == OUTAGE ? new Answer.Outage() : new Answer.Idle();
            }
            default -> throw new MalformedMessageException("an answer's kind must be 1 to " + KEYS + ": " + kind);
        }
    }

    private static PowerReport report(ByteBuffer in) {
        int count = in.remaining() / Double.BYTES - 3;
        require(
                count >= 1 && in.remaining() % Double.BYTES == 0,
                "a report must be of at least four numbers",
                in.remaining());
        double amount = in.getDouble();
        double participation = in.getDouble();
        double best = in.getDouble();
        double[] scales = new double[count];
        in.asDoubleBuffer().get(scales);
        require(amount >= 0 && amount < Double.POSITIVE_INFINITY, "the amount of a report must be finite", amount);
        require(participation > 0 && participation <= 1, "a probability must be above 0 and at most 1", participation);
        require(best >= 0, "the scales of a report must not be negative", best);
        for (double scale : scales) {
            require(scale >= 0, "the scales of a report must not be negative", scale);
        }
        return new PowerReport(amount, participation, best, scales);
    }

    private static void require(boolean holds, String rule, Object value) {
        if (!holds) {
            throw new MalformedMessageException(rule + ": " + value);
        }
    }
}
