package starling.codes.transform;

/**
 * The passes in plain Java. Strides from 16 are constants, each in a loop of its own: only then the compiler turns the loop into
 * vector instructions. Longer strides go through a scratch block, where they are such constants.
 */
final class ScalarDoublePasses implements DoublePasses {
    private static final int BLOCK = DoublePasses.BLOCK;

    @Override
    public void block(double[] x, int from, int n) {
        if (n < 16) {
            for (int h = 1; h < n; h *= 2) {
                pairs(x, from, n, h);
            }
            return;
        }
        sixteens(x, from, from + n);
        int h = 16;
        for (; 4 * h <= n; h *= 4) {
            quads(x, from, n, h);
        }
        if (h < n) {
            pairs(x, from, n, h);
        }
    }

    @Override
    public void columns(double[] x, int from, int h, int radix, int first, int last) {
        double[] scratch = new double[BLOCK];
        int width = BLOCK / radix;
        for (int column = first; column < last; column += width) {
            for (int row = 0; row < radix; row++) {
                System.arraycopy(x, from + row * h + column, scratch, row * width, width);
            }
            if (radix == 2) {
                halves(scratch);
            } else {
                for (int stride = width; stride < BLOCK; stride *= 4) {
                    quads(scratch, 0, BLOCK, stride);
                }
            }
            for (int row = 0; row < radix; row++) {
                System.arraycopy(scratch, row * width, x, from + row * h + column, width);
            }
        }
    }

    /** Four strides at once, fewer where log2 n - 12 is no multiple of four. */
    @Override
    public int radix(int n) {
        return switch (Integer.numberOfTrailingZeros(n / BLOCK) % 4) {
            case 0 -> 16;
            case 1 -> 2;
            default -> 4;
        };
    }

    private static void quads(double[] x, int from, int n, int h) {
        switch (h) {
            case 16 -> quads16(x, from, from + n);
            case 64 -> quads64(x, from, from + n);
            case 256 -> quads256(x, from, from + n);
            case 1024 -> quads1024(x, from, from + n);
            default -> throw new IllegalStateException("no pass of stride " + h);
        }
    }

    private static void quads16(double[] x, int from, int to) {
        for (int start = from; start < to; start += 64) {
            for (int j = start; j < start + 16; j++) {
                double a = x[j] + x[j + 16];
                double b = x[j] - x[j + 16];
                double c = x[j + 32] + x[j + 48];
                double d = x[j + 32] - x[j + 48];
                x[j] = a + c;
                x[j + 16] = b + d;
                x[j + 32] = a - c;
                x[j + 48] = b - d;
            }
        }
    }

    private static void quads64(double[] x, int from, int to) {
        for (int start = from; start < to; start += 256) {
            for (int j = start; j < start + 64; j++) {
                double a = x[j] + x[j + 64];
                double b = x[j] - x[j + 64];
                double c = x[j + 128] + x[j + 192];
                double d = x[j + 128] - x[j + 192];
                x[j] = a + c;
                x[j + 64] = b + d;
                x[j + 128] = a - c;
                x[j + 192] = b - d;
            }
        }
    }

    private static void quads256(double[] x, int from, int to) {
        for (int start = from; start < to; start += 1024) {
            for (int j = start; j < start + 256; j++) {
                double a = x[j] + x[j + 256];
                double b = x[j] - x[j + 256];
                double c = x[j + 512] + x[j + 768];
                double d = x[j + 512] - x[j + 768];
                x[j] = a + c;
                x[j + 256] = b + d;
                x[j + 512] = a - c;
                x[j + 768] = b - d;
            }
        }
    }

    private static void quads1024(double[] x, int from, int to) {
        for (int start = from; start < to; start += 4096) {
            for (int j = start; j < start + 1024; j++) {
                double a = x[j] + x[j + 1024];
                double b = x[j] - x[j + 1024];
                double c = x[j + 2048] + x[j + 3072];
                double d = x[j + 2048] - x[j + 3072];
                x[j] = a + c;
                x[j + 1024] = b + d;
                x[j + 2048] = a - c;
                x[j + 3072] = b - d;
            }
        }
    }

    private static void halves(double[] x) {
        for (int j = 0; j < 2048; j++) {
            double a = x[j];
            double b = x[j + 2048];
            x[j] = a + b;
            x[j + 2048] = a - b;
        }
    }

    private static void pairs(double[] x, int from, int n, int h) {
        for (int start = from; start < from + n; start += 2 * h) {
            for (int j = start; j < start + h; j++) {
                double a = x[j];
                double b = x[j + h];
                x[j] = a + b;
                x[j + h] = a - b;
            }
        }
    }

    /** Strides 1 to 8 of sixteen neighbours at a time, in registers. */
    private static void sixteens(double[] x, int from, int to) {
        for (int j = from; j < to; j += 16) {
            double p0 = x[j] + x[j + 1];
            double p1 = x[j] - x[j + 1];
            double p2 = x[j + 2] + x[j + 3];
            double p3 = x[j + 2] - x[j + 3];
            double p4 = x[j + 4] + x[j + 5];
            double p5 = x[j + 4] - x[j + 5];
            double p6 = x[j + 6] + x[j + 7];
            double p7 = x[j + 6] - x[j + 7];
            double p8 = x[j + 8] + x[j + 9];
            double p9 = x[j + 8] - x[j + 9];
            double p10 = x[j + 10] + x[j + 11];
            double p11 = x[j + 10] - x[j + 11];
            double p12 = x[j + 12] + x[j + 13];
            double p13 = x[j + 12] - x[j + 13];
            double p14 = x[j + 14] + x[j + 15];
            double p15 = x[j + 14] - x[j + 15];
            double q0 = p0 + p2;
            double q2 = p0 - p2;
            double q1 = p1 + p3;
            double q3 = p1 - p3;
            double q4 = p4 + p6;
            double q6 = p4 - p6;
            double q5 = p5 + p7;
            double q7 = p5 - p7;
            double q8 = p8 + p10;
            double q10 = p8 - p10;
            double q9 = p9 + p11;
            double q11 = p9 - p11;
            double q12 = p12 + p14;
            double q14 = p12 - p14;
            double q13 = p13 + p15;
            double q15 = p13 - p15;
            double r0 = q0 + q4;
            double r4 = q0 - q4;
            double r1 = q1 + q5;
            double r5 = q1 - q5;
            double r2 = q2 + q6;
            double r6 = q2 - q6;
            double r3 = q3 + q7;
            double r7 = q3 - q7;
            double r8 = q8 + q12;
            double r12 = q8 - q12;
            double r9 = q9 + q13;
            double r13 = q9 - q13;
            double r10 = q10 + q14;
            double r14 = q10 - q14;
            double r11 = q11 + q15;
            double r15 = q11 - q15;
            x[j] = r0 + r8;
            x[j + 8] = r0 - r8;
            x[j + 1] = r1 + r9;
            x[j + 9] = r1 - r9;
            x[j + 2] = r2 + r10;
            x[j + 10] = r2 - r10;
            x[j + 3] = r3 + r11;
            x[j + 11] = r3 - r11;
            x[j + 4] = r4 + r12;
            x[j + 12] = r4 - r12;
            x[j + 5] = r5 + r13;
            x[j + 13] = r5 - r13;
            x[j + 6] = r6 + r14;
            x[j + 14] = r6 - r14;
            x[j + 7] = r7 + r15;
            x[j + 15] = r7 - r15;
        }
    }
}
