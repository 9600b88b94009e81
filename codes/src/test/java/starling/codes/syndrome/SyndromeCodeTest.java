package starling.codes.syndrome;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import starling.codes.MalformedMessageException;

class SyndromeCodeTest {
    private static final int LEVELS = 3;
    private static final int SIDES = 48;
    private final LdpcShelf shelf = new LdpcShelf(77, 16);
    private final SyndromeCode code = new SyndromeCode(LEVELS, 1, shelf);

    /** Pairs of a rounded normal number and what the receiver knows of it, that number with noise in 48 classes. */
    private record Pairs(int[] symbols, int[] open, int[] side) {
        static Pairs draw(int count, double deviation, double noise, long seed) {
            Random random = new Random(seed);
            int[] symbols = new int[count];
            int[] side = new int[count];
            for (int i = 0; i < count; i++) {
                double x = deviation * random.nextGaussian();
                symbols[i] = (int) Math.max(-LEVELS, Math.min(LEVELS, Math.rint(x)));
                double y = x + noise * random.nextGaussian();
                side[i] = (int) Math.max(0, Math.min(SIDES - 1, y * 8 + SIDES / 2.0));
            }
            return new Pairs(symbols, new int[count], side);
        }

        ConditionalLaw law() {
            ConditionalLaw law = new ConditionalLaw(LEVELS, 1, SIDES);
            law.learn(symbols, open, side);
            return law;
        }

        /** H(X | side class) or H(X) of the pairs themselves, in bits. */
        double entropy(boolean known) {
            double[][] counts = new double[known ? SIDES : 1][2 * LEVELS + 1];
            for (int i = 0; i < symbols.length; i++) {
                counts[known ? side[i] : 0][symbols[i] + LEVELS]++;
            }
            double bits = 0;
            for (double[] row : counts) {
                double sum = Arrays.stream(row).sum();
                for (double count : row) {
                    bits += count > 0 ? -count * Math.log(count / sum) / Math.log(2) : 0;
                }
            }
            return bits / symbols.length;
        }
    }

    private static int[] decoded(SyndromeCode.Outcome outcome) {
        return assertInstanceOf(SyndromeCode.Decoded.class, outcome).symbols();
    }

    /**
     * Numbers of which two thirds are 0, as a gradient's: the message lies between H(X|Y) and 0.15 bit above it, and a fifth
     * below what range coding needs, H(X). The law is learned from other pairs.
     */
    @Test
    void aQuantizedNormalPairComesNearTheConditionalEntropy() {
        Pairs sent = Pairs.draw(60_000, 0.55, 0.22, 1);
        ConditionalLaw law = Pairs.draw(60_000, 0.55, 0.22, 2).law();
        DiscusPlan plan = DiscusPlan.of(law, sent.open(), sent.side(), DiscusPlan.margin(15_000));
        assertTrue(!plan.rates().isEmpty(), plan.toString());
        byte[] message = code.encode(sent.symbols(), sent.open(), plan);
        double bits = 8.0 * (message.length + plan.message().length) / sent.symbols().length;
        double bound = sent.entropy(true);
        double plain = 8.0 * code.encode(sent.symbols(), sent.open(), DiscusPlan.plain()).length / 60_000;
        assertEquals(sent.entropy(false), plain, 0.005);
        assertTrue(bits > bound && bits < bound + 0.15, bits + " bits, bound " + bound + ", range coded " + plain);
        assertTrue(bits < 0.8 * plain, bits + " bits, range coded " + plain);
        assertArrayEquals(sent.symbols(), decoded(code.decode(message, sent.open(), sent.side(), law, plan)));
    }

    @Test
    void blocksThatFailAreAskedForOnceMore() {
        Pairs sent = Pairs.draw(20_000, 0.55, 0.22, 1);
        ConditionalLaw law = Pairs.draw(20_000, 0.55, 0.22, 2).law();
        DiscusPlan sharp = DiscusPlan.of(law, sent.open(), sent.side(), -0.05);
        byte[] message = code.encode(sent.symbols(), sent.open(), sharp);
        assertEquals(1, message[0]);
        SyndromeCode.Incomplete incomplete = assertInstanceOf(
                SyndromeCode.Incomplete.class, code.decode(message, sent.open(), sent.side(), law, sharp));
        assertEquals(2, incomplete.failures());
        assertEquals(1, incomplete.request().length);
        int[] other = sent.symbols().clone();
        other[9] = other[9] == 0 ? 1 : 0;
        byte[] wrong = code.answer(other, sent.open(), sharp, incomplete.request());
        assertThrows(MalformedMessageException.class, () -> incomplete.complete(wrong));
        assertThrows(MalformedMessageException.class, () -> incomplete.complete(new byte[0]));
        byte[] answer = code.answer(sent.symbols(), sent.open(), sharp, incomplete.request());
        assertArrayEquals(sent.symbols(), incomplete.complete(answer));
    }

    @Test
    void oneBlockThatFailsIsAskedForAlone() {
        Pairs sent = Pairs.draw(40_000, 0.55, 0.22, 1);
        ConditionalLaw law = Pairs.draw(40_000, 0.55, 0.22, 2).law();
        DiscusPlan plan = DiscusPlan.of(law, sent.open(), sent.side(), 0.06);
        byte[] message = code.encode(sent.symbols(), sent.open(), plan);
        int[] side = sent.side().clone();
        for (int i = 1; i < side.length; i += 3) {
            side[i] = (side[i] + 8) % SIDES;
        }
        SyndromeCode.Incomplete incomplete =
                assertInstanceOf(SyndromeCode.Incomplete.class, code.decode(message, sent.open(), side, law, plan));
        assertArrayEquals(new byte[] {0b0100_0000}, incomplete.request());
        byte[] answer = code.answer(sent.symbols(), sent.open(), plan, incomplete.request());
        assertTrue(answer.length < message.length * 0.7);
        assertArrayEquals(sent.symbols(), incomplete.complete(answer));
    }

    @Test
    void aWrongLawNeverGivesWrongNumbers() {
        Pairs sent = Pairs.draw(5_000, 0.55, 0.22, 1);
        DiscusPlan plan = new DiscusPlan(List.of(40, 12));
        byte[] message = code.encode(sent.symbols(), sent.open(), plan);
        assertEquals(1, message[0]);
        for (long seed = 0; seed < 20; seed++) {
            ConditionalLaw wrong =
                    Pairs.draw(300, 0.2 + 0.1 * seed, 0.1 + 0.05 * seed, seed).law();
            SyndromeCode.Outcome outcome = code.decode(message, sent.open(), sent.side(), wrong, plan);
            if (outcome instanceof SyndromeCode.Incomplete incomplete) {
                byte[] answer = code.answer(sent.symbols(), sent.open(), plan, incomplete.request());
                assertArrayEquals(sent.symbols(), incomplete.complete(answer));
            } else {
                assertArrayEquals(sent.symbols(), decoded(outcome));
            }
        }
    }

    @Test
    void withoutHelpEverythingIsRangeCoded() {
        Pairs sent = Pairs.draw(20_000, 0.55, 50, 1);
        assertEquals(
                List.of(),
                DiscusPlan.of(sent.law(), sent.open(), sent.side(), 0.04).rates());
        Pairs few = Pairs.draw(1_000, 0.55, 0.1, 1);
        assertEquals(
                List.of(),
                DiscusPlan.of(few.law(), few.open(), few.side(), 0.04).rates());
        // Planned in vain: the sender sees that range coding is shorter, and the receiver that it came.
        DiscusPlan wasteful = new DiscusPlan(List.of(64, 64));
        byte[] message = code.encode(sent.symbols(), sent.open(), wasteful);
        assertEquals(code.encode(sent.symbols(), sent.open(), DiscusPlan.plain()).length, message.length);
        assertArrayEquals(
                sent.symbols(), decoded(code.decode(message, sent.open(), sent.side(), sent.law(), wasteful)));
    }

    @Test
    void contextsThatBothEndsKnowShortenWhatIsRangeCoded() {
        Random random = new Random(3);
        int[] symbols = new int[30_000];
        int[] open = new int[symbols.length];
        for (int i = 0; i < symbols.length; i++) {
            open[i] = random.nextInt(7);
            symbols[i] = random.nextInt(20) == 0 ? random.nextInt(7) - 3 : open[i] - 3;
        }
        SyndromeCode knowing = new SyndromeCode(3, 7, shelf);
        byte[] message = knowing.encode(symbols, open, DiscusPlan.plain());
        assertTrue(message.length * 8.0 / symbols.length < 0.5);
        ConditionalLaw law = new ConditionalLaw(3, 7, 1);
        assertArrayEquals(
                symbols, decoded(knowing.decode(message, open, new int[symbols.length], law, DiscusPlan.plain())));
    }

    @Test
    void messagesOfNoSenderAreRefusedOrIncompleteOrRight() {
        Pairs sent = Pairs.draw(3_000, 0.55, 0.1, 1);
        ConditionalLaw law = sent.law();
        DiscusPlan plan = new DiscusPlan(List.of(40));
        byte[] message = code.encode(sent.symbols(), sent.open(), plan);
        assertEquals(1, message[0]);
        Random random = new Random(5);
        for (int trial = 0; trial < 120; trial++) {
            byte[] damaged = message.clone();
            if (trial % 3 == 0) {
                damaged = Arrays.copyOf(message, random.nextInt(message.length));
            } else if (trial % 3 == 1) {
                damaged[random.nextInt(message.length)] ^= (byte) (1 << random.nextInt(8));
            } else {
                damaged = Arrays.copyOf(message, message.length + 1 + random.nextInt(9));
            }
            try {
                SyndromeCode.Outcome outcome = code.decode(damaged, sent.open(), sent.side(), law, plan);
                if (outcome instanceof SyndromeCode.Decoded right) {
                    assertTrue(Arrays.stream(right.symbols()).allMatch(symbol -> Math.abs(symbol) <= LEVELS));
                    assertTrue(trial % 3 != 2, "a message that goes on");
                }
            } catch (MalformedMessageException expected) {
                assertTrue(String.valueOf(expected.getMessage()).length() > 10);
            }
        }
        byte[] padded = {(byte) 0xff};
        assertThrows(MalformedMessageException.class, () -> code.answer(sent.symbols(), sent.open(), plan, padded));
        assertThrows(
                MalformedMessageException.class, () -> code.answer(sent.symbols(), sent.open(), plan, new byte[0]));
        assertThrows(
                MalformedMessageException.class,
                () -> code.decode(message, sent.open(), sent.side(), law, DiscusPlan.plain()));
    }

    @Test
    void plansTravel() {
        DiscusPlan plan = new DiscusPlan(List.of(40, 1, 64));
        assertEquals(plan, DiscusPlan.read(plan.message(), 3, 2000));
        assertEquals(4, plan.message().length);
        assertEquals(DiscusPlan.plain(), DiscusPlan.read(DiscusPlan.plain().message(), 3, 2000));
        assertThrows(MalformedMessageException.class, () -> DiscusPlan.read(new byte[] {1, 0}, 3, 2000));
        assertThrows(MalformedMessageException.class, () -> DiscusPlan.read(new byte[] {2, 2}, 3, 2000));
        assertThrows(MalformedMessageException.class, () -> DiscusPlan.read(new byte[] {0, 2}, 3, 2000));
        assertThrows(IllegalArgumentException.class, () -> new DiscusPlan(List.of(65)));
    }

    @Test
    void settingsAndArgumentsMustFit() {
        assertThrows(IllegalArgumentException.class, () -> new SyndromeCode(0, 1, shelf));
        assertThrows(IllegalArgumentException.class, () -> new SyndromeCode(16, 1, shelf));
        DiscusPlan plain = DiscusPlan.plain();
        assertThrows(IllegalArgumentException.class, () -> code.encode(new int[0], new int[0], plain));
        assertThrows(IllegalArgumentException.class, () -> code.encode(new int[] {4}, new int[1], plain));
        DiscusPlan three = new DiscusPlan(List.of(3));
        assertThrows(IllegalArgumentException.class, () -> code.encode(new int[500], new int[500], three));
        assertThrows(IllegalArgumentException.class, () -> new ConditionalLaw(3, 0, 1));
        ConditionalLaw law = new ConditionalLaw(3, 1, 1);
        assertThrows(IllegalArgumentException.class, () -> law.forget(1.5));
    }
}
