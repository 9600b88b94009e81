package starling.codes.syndrome;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlocksTest {

    /** Every number has one place, block after block as even as can be; no block is longer than 16 384, nor fewer would do. */
    @ParameterizedTest
    @ValueSource(ints = {1, 1023, 1024, 16_383, 16_384, 16_385, 32_769, 100_000})
    void everyNumberHasOnePlace(int numbers) {
        Blocks blocks = Blocks.of(numbers);
        assertTrue(blocks.length() <= 16_384);
        assertTrue(blocks.count() == 1 || (blocks.count() - 1) * 16_384 < numbers);
        boolean[] seen = new boolean[numbers];
        int all = 0;
        for (int block = 0; block < blocks.count(); block++) {
            int taken = blocks.taken(block);
            assertTrue(taken == blocks.length() || taken == blocks.length() - 1);
            for (int place = 0; place < taken; place++) {
                int number = blocks.number(block, place);
                assertFalse(seen[number]);
                seen[number] = true;
                assertEquals(block, number % blocks.count());
                assertEquals(place, number / blocks.count());
                all++;
            }
        }
        assertEquals(numbers, all);
        assertEquals(blocks.length() >= 1024, blocks.fitForSyndromes());
    }
}
