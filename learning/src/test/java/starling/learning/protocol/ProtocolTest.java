package starling.learning.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import starling.codes.MalformedMessageException;
import starling.codes.overair.PowerReport;
import starling.learning.node.Answer;
import starling.learning.settings.TrialSettings;

class ProtocolTest {
    private static final TrialSettings SETTINGS =
            TrialSettings.parse("t", "model: region\ndata: builtin:region\nnodes: 3\n");

    @Test
    void noticesComeBackAsTheyWere() {
        TrialNotice notice = TrialNotice.of(SETTINGS, 7, 100, 300);
        assertEquals(notice, TrialNotice.decode(notice.encode()));
        assertEquals(
                SETTINGS.asRun(),
                TrialSettings.parse("again", notice.settings()).asRun());
        assertTrue(TrialNotice.decode(notice.over().encode()).ended());
        LearnerNotice learner = LearnerNotice.of(notice, 12, "key");
        assertEquals(learner, LearnerNotice.decode(learner.encode()));
        LearnerNotice refused = LearnerNotice.refused(notice, "x".repeat(1000));
        assertEquals(refused, LearnerNotice.decode(refused.encode()));
        assertEquals("x".repeat(500), refused.refused());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"schema\":1}",
                "{\"schema\":1,\"trial\":\"x\",\"epoch\":1,\"ended\":false,\"numbers\":1,\"samples\":1,\"settings\":\"\"}",
                "{\"schema\":1,\"trial\":null,\"epoch\":1,\"ended\":false,\"numbers\":1,\"samples\":1,\"settings\":null}"
            })
    void whatIsNoNoticeIsRefusedWithASentence(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        MalformedMessageException trial =
                assertThrows(MalformedMessageException.class, () -> TrialNotice.decode(bytes));
        assertTrue(String.valueOf(trial.getMessage()).startsWith("a trial's notice "), trial.getMessage());
        assertThrows(MalformedMessageException.class, () -> LearnerNotice.decode(bytes));
    }

    @Test
    void ordersComeBackAsTheyWere() {
        BitSet nodes = BitSet.valueOf(new long[] {0b1011});
        BitSet heard = BitSet.valueOf(new long[] {0b10, 1});
        float[] weights = {1, -2.5f, Float.MIN_VALUE, Float.MAX_VALUE};
        Order.Update update = (Order.Update) Order.decode(new Order.Update(nodes, heard, 12.5, weights).encode(), 4);
        assertEquals(nodes, update.nodes());
        assertEquals(heard, update.heard());
        assertEquals(12.5, update.samples());
        assertArrayEquals(weights, update.weights());
        Order.Send send = (Order.Send) Order.decode(new Order.Send(nodes, 0.1).encode(), 4);
        assertEquals(nodes, send.nodes());
        assertEquals(0.1, send.scale());
        Order.Reveal reveal = (Order.Reveal) Order.decode(new Order.Reveal(nodes, heard).encode(), 4);
        assertEquals(nodes, reveal.nodes());
        assertEquals(heard, reveal.missing());
        assertTrue(new Order.Update(nodes, heard, 1, weights).encode().length <= Order.longest(4));
    }

    @Test
    void ordersForAnotherModelOrWithoutSenseAreRefused() {
        BitSet nodes = new BitSet();
        byte[] update = new Order.Update(nodes, nodes, 1, new float[4]).encode();
        MalformedMessageException other = assertThrows(MalformedMessageException.class, () -> Order.decode(update, 5));
        assertEquals("an order must end with 28 bytes for this model: it has 24", other.getMessage());
        for (double scale : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            byte[] send = new Order.Send(nodes, scale).encode();
            assertThrows(MalformedMessageException.class, () -> Order.decode(send, 4));
        }
        byte[] infinite = new Order.Update(nodes, nodes, 1, new float[] {Float.NaN}).encode();
        assertThrows(MalformedMessageException.class, () -> Order.decode(infinite, 1));
    }

    @Test
    void answersComeBackAsTheyWere() {
        Answer.Message message = (Answer.Message) travelled(new Answer.Message(new byte[] {1, 2, 3}), 0.5);
        assertArrayEquals(new byte[] {1, 2, 3}, message.bytes());
        Answer.Frame frame = (Answer.Frame) travelled(new Answer.Frame(new float[] {1, Float.MIN_VALUE}), 0.5);
        assertArrayEquals(new float[] {1, Float.MIN_VALUE}, frame.symbols());
        PowerReport report = new PowerReport(1.5, 0.25, Double.POSITIVE_INFINITY, new double[] {1, 0, 3});
        PowerReport back = ((Answer.Report) travelled(new Answer.Report(report), 0.5)).report();
        assertEquals(1.5, back.amount());
        assertEquals(0.25, back.participation());
        assertEquals(Double.POSITIVE_INFINITY, back.best());
        assertArrayEquals(report.scales(), back.scales());
        long[] steps = {Long.MIN_VALUE, -1, 7, Long.MAX_VALUE};
        Answer.Masked masked = (Answer.Masked) travelled(new Answer.Masked(steps, true, 2.5), 0.5);
        assertArrayEquals(steps, masked.steps());
        assertTrue(masked.sent());
        assertEquals(2.5, masked.energy());
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) 9);
        Answer.Keys keys = (Answer.Keys) travelled(new Answer.Keys(Map.of(3, key)), Double.NaN);
        assertArrayEquals(key, keys.byNode().get(3));
        assertEquals(1, keys.byNode().size());
        assertEquals(new Answer.Outage(), travelled(new Answer.Outage(), Double.NaN));
        assertEquals(new Answer.Idle(), travelled(new Answer.Idle(), Double.NaN));
        assertEquals(new Answer.Refused("why"), travelled(new Answer.Refused("why"), 0.5));
        assertEquals(new Answer.Refused("a?b"), travelled(new Answer.Refused("a\nb"), 0.5));
    }

    private static Answer travelled(Answer answer, double loss) {
        Reply reply = Reply.decode(new Reply(loss, answer).encode());
        assertEquals(loss, reply.loss());
        return reply.answer();
    }

    /** Damaged bytes end in the typed error or in something of the same kind, never in another error. */
    @Test
    void damagedBytesAreRefusedOrRead() {
        SplittableRandom random = new SplittableRandom(11);
        BitSet nodes = BitSet.valueOf(new long[] {5});
        List<byte[]> whole = List.of(
                new Order.Update(nodes, nodes, 3, new float[] {1, 2}).encode(),
                new Order.Send(nodes, 3).encode(),
                new Reply(1, new Answer.Report(new PowerReport(1, 1, 1, new double[] {1, 2}))).encode(),
                new Reply(1, new Answer.Frame(new float[] {1, 2})).encode(),
                new Order.Reveal(nodes, nodes).encode(),
                new Reply(1, new Answer.Masked(new long[] {1, 2}, true, 1)).encode(),
                new Reply(1, new Answer.Keys(Map.of(1, new byte[32]))).encode(),
                new Reply(1, new Answer.Refused("why")).encode());
        List<Consumer<byte[]>> readers = List.of(bytes -> Order.decode(bytes, 2), Reply::decode);
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] damaged = whole.get(random.nextInt(whole.size())).clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            byte[] cut = Arrays.copyOf(damaged, random.nextInt(2 * damaged.length));
            try {
                readers.get(random.nextInt(2)).accept(random.nextBoolean() ? damaged : cut);
            } catch (MalformedMessageException e) {
                refused++;
            }
        }
        assertTrue(refused > 20_000, "refused " + refused);
    }
}
