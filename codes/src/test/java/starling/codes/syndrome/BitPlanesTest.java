package starling.codes.syndrome;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class BitPlanesTest {

    @Test
    void planesSayWhatTheyAreNamedFor() {
        BitPlanes planes = new BitPlanes(3);
        int none = BitPlanes.NONE;
        int[][] bits = {
            {1, 1, 1, 1},
            {1, 1, 1, 0},
            {1, 1, 0, none},
            {0, none, none, none},
            {1, 0, 0, none},
            {1, 0, 1, 0},
            {1, 0, 1, 1}
        };
        for (int symbol = -3; symbol <= 3; symbol++) {
            int prefix = 0;
            for (int plane = 0; plane < 4; plane++) {
                assertEquals(bits[symbol + 3][plane], planes.bit(symbol, plane), symbol + " in plane " + plane);
                assertEquals(prefix, planes.prefix(symbol, plane));
                assertEquals(bits[symbol + 3][plane] != none, planes.has(prefix, plane));
                prefix = BitPlanes.extended(prefix, bits[symbol + 3][plane]);
            }
            assertEquals(symbol, planes.symbol(prefix));
        }
    }

    @Test
    void weightsAreSumsOfTheLaw() {
        BitPlanes planes = new BitPlanes(2);
        double[] law = {0.05, 0.1, 0.5, 0.2, 0.15};
        assertEquals(0.5, planes.weight(law, 0, 0, 0), 1e-15);
        assertEquals(0.5, planes.weight(law, 0, 0, 1), 1e-15);
        int nonzero = planes.prefix(1, 1);
        assertEquals(0.15, planes.weight(law, nonzero, 1, 1), 1e-15);
        assertEquals(0.35, planes.weight(law, nonzero, 1, 0), 1e-15);
        assertEquals(0.15, planes.weight(law, planes.prefix(2, 2), 2, 1), 1e-15);
    }
}
