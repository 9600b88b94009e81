package starling.learning.product;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import starling.codes.MalformedMessageException;
import starling.codes.computation.Matrix;
import starling.codes.random.RandomStream;

class ProductMessagesTest {
    private static final Matrix WIDE = new Matrix(1, 2, new double[] {1, -2});
    private static final Matrix TALL = new Matrix(2, 1, new double[] {1e300, 4e-320});
    private static final List<List<Matrix>> SHARES = List.of(List.of(WIDE, TALL), List.of(TALL));

    static Stream<ProductOrder> orders() {
        List<ProductOrder.Step> steps =
                List.of(new ProductOrder.Step(0, false), new ProductOrder.Step(Integer.MAX_VALUE, true));
        return Stream.of(
                new ProductOrder.Keep(7, SHARES),
                new ProductOrder.Drop(Long.MIN_VALUE),
                new ProductOrder.Multiply(8, steps, new ProductOrder.Kept(7), new ProductOrder.Sent(SHARES)),
                new ProductOrder.Multiply(9, steps, new ProductOrder.Sent(SHARES), new ProductOrder.Kept(-1)),
                new ProductOrder.Cancel(8));
    }

    static Stream<ProductReply> replies() {
        return Stream.of(
                new ProductReply.Holds(7),
                new ProductReply.Result(8, 3, 0.5, 0, TALL),
                new ProductReply.Lacks(8, 7),
                new ProductReply.Refuses(8, "shares must be here: they are not ä"));
    }

    @ParameterizedTest
    @MethodSource("orders")
    void anOrderIsReadAsItWasWrittenAndNothingElseIs(ProductOrder order) {
        byte[] bytes = order.encode();
        // Written again, for matrices are not compared.
        assertArrayEquals(bytes, ProductOrder.decode(bytes).encode());
        assertEquals(order.number(), ProductOrder.decode(bytes).number());
        assertEquals(order.number(), ProductOrder.number(bytes));
        assertEquals(order.getClass(), ProductOrder.decode(bytes).getClass());
        damage(bytes, ProductOrder::decode, damaged -> ProductOrder.decode(damaged)
                .encode());
    }

    @ParameterizedTest
    @MethodSource("replies")
    void aReplyIsReadAsItWasWrittenAndNothingElseIs(ProductReply reply) {
        byte[] bytes = reply.encode();
        assertArrayEquals(bytes, ProductReply.decode(bytes).encode());
        assertEquals(reply.number(), ProductReply.decode(bytes).number());
        assertEquals(reply.getClass(), ProductReply.decode(bytes).getClass());
        assertTrue(bytes.length <= ProductReply.longest(2));
        damage(bytes, ProductReply::decode, damaged -> ProductReply.decode(damaged)
                .encode());
    }

    /** What is cut short or has something behind it is refused, save a sentence; damaged bytes are read or refused, within their room. */
    private static void damage(byte[] bytes, Consumer<byte[]> reader, Function<byte[], byte[]> again) {
        boolean sentence = bytes[0] == ProductReply.REFUSES && bytes.length > Matrices.HEADER;
        for (int length = 0; length <= bytes.length + 1; length++) {
            byte[] other = Arrays.copyOf(bytes, length);
            if (length != bytes.length && !(sentence && length >= Matrices.HEADER)) {
                assertThrows(MalformedMessageException.class, () -> reader.accept(other), "length " + length);
            }
        }
        RandomStream stream = new RandomStream(5);
        for (int i = 0; i < 3000; i++) {
            byte[] other = bytes.clone();
            other[(int) (bytes.length * stream.uniform(2L * i))] = (byte) (256 * stream.uniform(2L * i + 1));
            try {
                byte[] read = again.apply(other);
                assertTrue(sentence || Arrays.equals(other, read), () -> Arrays.toString(other));
            } catch (MalformedMessageException e) {
                assertTrue(String.valueOf(e.getMessage()).length() > 20);
            }
        }
    }

    @Test
    void sharesMustBeFinite() {
        for (double value : new double[] {Double.NaN, Double.NEGATIVE_INFINITY}) {
            byte[] bytes = new ProductOrder.Keep(1, List.of(List.of(new Matrix(1, 1, new double[] {value})))).encode();
            MalformedMessageException refused =
                    assertThrows(MalformedMessageException.class, () -> ProductOrder.decode(bytes));
            assertEquals("the numbers of a share must be finite: one is " + value, refused.getMessage());
        }
    }

    /** A reply is judged by its decoder, who refuses it alone. */
    @Test
    void resultsMayHaveAnyNumbersButNoTimes() {
        Matrix broken = new Matrix(1, 1, new double[] {Double.NaN});
        byte[] bytes = new ProductReply.Result(1, 0, 0, 0, broken).encode();
        assertArrayEquals(bytes, ProductReply.decode(bytes).encode());
        for (double time : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            byte[] late = new ProductReply.Result(1, 0, 0, time, broken).encode();
            assertThrows(MalformedMessageException.class, () -> ProductReply.decode(late));
        }
    }

    @Test
    void aLongSentenceIsCutOff() {
        ProductReply read = ProductReply.decode(new ProductReply.Refuses(1, "x".repeat(5000)).encode());
        assertEquals("x".repeat(ProductReply.LONGEST_SENTENCE), ((ProductReply.Refuses) read).why());
    }
}
