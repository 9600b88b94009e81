package starling.link.piece;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.link.frame.MalformedFrameException;

class PieceTest {
    private static final Piece.Key KEY = new Piece.Key(3, 7, 11, 13);

    private static byte[] message(int length, long seed) {
        byte[] message = new byte[length];
        new Random(seed).nextBytes(message);
        return message;
    }

    @ParameterizedTest
    @CsvSource({"0,4", "1,4", "3,4", "4,4", "5,4", "8,4", "1000,7", "100,1", "10,100"})
    void piecesInAnyOrderAndTwiceGiveTheMessageOnce(int length, int size) throws MalformedFrameException {
        byte[] message = message(length, length);
        List<Piece> pieces = new ArrayList<>(Piece.of(KEY, message, size));
        assertEquals(Math.max(1, (length + size - 1) / size), pieces.size());
        pieces.addAll(List.copyOf(pieces));
        Collections.shuffle(pieces, new Random(length));
        PieceAssembler assembler = new PieceAssembler(length);
        List<byte[]> whole = new ArrayList<>();
        for (Piece piece : pieces) {
            Piece travelled = Piece.decode(piece.encode());
            assertEquals(KEY, travelled.key());
            assembler.accept(travelled).ifPresent(whole::add);
        }
        assertEquals(1, whole.size());
        assertArrayEquals(message, whole.get(0));
    }

    @Test
    void aNewMessageTakesThePlaceOfOneThatWasBegun() throws MalformedFrameException {
        PieceAssembler assembler = new PieceAssembler(100);
        List<Piece> first = Piece.of(KEY, message(20, 1), 10);
        byte[] second = message(20, 2);
        List<Piece> later = Piece.of(new Piece.Key(3, 7, 11, 14), second, 10);
        assertTrue(assembler.accept(first.get(0)).isEmpty());
        assertTrue(assembler.accept(later.get(0)).isEmpty());
        assertTrue(assembler.accept(first.get(1)).isEmpty(), "an older message");
        Optional<byte[]> whole = assembler.accept(later.get(1));
        assertArrayEquals(second, whole.orElseThrow());
        assertTrue(assembler.accept(later.get(0)).isEmpty());
        for (Piece piece : first) {
            assertTrue(assembler.accept(piece).isEmpty(), "an older message");
        }
    }

    @Test
    void longOrDisagreeingMessagesAreRefused() throws MalformedFrameException {
        PieceAssembler assembler = new PieceAssembler(19);
        MalformedFrameException tooLong = assertThrows(
                MalformedFrameException.class,
                () -> assembler.accept(Piece.of(KEY, message(20, 1), 10).get(0)));
        assertEquals("a message from 7 must have at most 19 bytes: it has 20", tooLong.getMessage());
        assembler.accept(Piece.of(KEY, message(19, 1), 10).get(0));
        assertThrows(
                MalformedFrameException.class,
                () -> assembler.accept(Piece.of(KEY, message(18, 1), 10).get(1)));
        assertThrows(
                MalformedFrameException.class,
                () -> assembler.accept(Piece.of(KEY, message(19, 1), 5).get(1)));
    }

    /** A flipped bit is found by the check sum, always: CRC-32C finds every error of one to three bits in so short a piece. */
    @Test
    void everyFlippedBitAndEveryTruncationIsRefused() {
        byte[] whole = Piece.of(KEY, message(30, 5), 40).get(0).encode();
        for (int bit = 0; bit < 8 * whole.length; bit++) {
            byte[] damaged = whole.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThrows(MalformedFrameException.class, () -> Piece.decode(damaged), "bit " + bit);
        }
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThrows(MalformedFrameException.class, () -> Piece.decode(part));
        }
    }

    /** Also headers with a right check sum may be hostile: any four numbers make a piece or a sentence. */
    @Test
    void oddNumbersAreRefused() {
        SplittableRandom random = new SplittableRandom(3);
        int refused = 0;
        for (int i = 0; i < 10_000; i++) {
            int length = random.nextInt();
            int index = random.nextInt();
            int size = random.nextInt();
            byte[] bytes = new byte[random.nextInt(8)];
            try {
                Piece piece = new Piece(KEY, length, index, size, bytes);
                assertTrue(piece.index() * (long) piece.size() + bytes.length <= length);
            } catch (IllegalArgumentException e) {
                refused++;
            }
        }
        assertTrue(refused > 9_000, "refused " + refused);
    }
}
