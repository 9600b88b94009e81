package starling.codes.gradient;

import starling.codes.bits.BitReader;
import starling.codes.random.Draw;

/**
 * {@link ScaledColumns} for a receiver that holds something close: what it holds is divided by the sender's scales too. How
 * close it must be is counted in units of each column's own largest magnitude.
 *
 * <p>Message and cost as there.
 */
public final class ScaledSideColumns implements SideInformationCode {
    private final Columns columns;
    private final SideInformationCode code;

    /**
     * @param code in units of the largest magnitude
     * @throws IllegalArgumentException when the code's settings make it one of other units
     */
    public <C extends SideInformationCode & LargestUnit> ScaledSideColumns(Columns columns, C code) {
        ColumnScales.check(code);
        this.columns = columns;
        this.code = code;
    }

    @Override
    public String name() {
        return "columns(" + columns.label() + "," + code.name() + ")";
    }

    @Override
    public Properties properties(int length) {
        Properties whole = code.properties(length);
        return new Properties(
                whole.unbiased(),
                whole.errorIndependent(),
                code.properties(columns.size(0, length)).varianceBound(),
                ColumnScales.rawBits(columns, length, whole.rawBits()),
                whole.entropyCoded());
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        return ColumnScales.of(columns, vector, from, to).message(vector, from, code, draw);
    }

    @Override
    public void decode(byte[] message, Draw draw, float[] side, float[] into, int from, int to) {
        Finite.largest(side, from, to);
        BitReader reader = new BitReader(message);
        ColumnScales scales = ColumnScales.read(reader, columns, to - from);
        float[] units = new float[scales.loud()];
        if (units.length == 0) {
            reader.end();
        } else {
            byte[] inner = ColumnScales.inner(reader, message);
            code.decode(inner, draw, scales.units(side, from), units, 0, units.length);
        }
        scales.restore(units, into, from);
    }
}
