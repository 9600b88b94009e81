package starling.codes.transform;

/**
 * The passes in plain Java. Strides from 16 are constants, each in a loop of its own: only then the compiler turns the loop into
 * vector instructions. Longer strides go through a scratch block, where they are such constants.
 */
final class ScalarFloatPasses implements FloatPasses {
    private static final int BLOCK = FloatPasses.BLOCK;

    @Override
    public void block(float[] x, int from, int n) {
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
    public void columns(float[] x, int from, int h, int radix, int first, int last) {
        float[] scratch = new float[BLOCK];
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

    private static void quads(float[] x, int from, int n, int h) {
        switch (h) {
            case 16 -> quads16(x, from, from + n);
            case 64 -> quads64(x, from, from + n);
            case 256 -> quads256(x, from, from + n);
            case 1024 -> quads1024(x, from, from + n);
            default -> throw new IllegalStateException("no pass of stride " + h);
        }
    }

    private static void quads16(float[] x, int from, int to) {
        for (int start = from; start < to; start += 64) {
            for (int j = start; j < start + 16; j++) {
                float a = x[j] + x[j + 16];
                float b = x[j] - x[j + 16];
                float c = x[j + 32] + x[j + 48];
                float d = x[j + 32] - x[j + 48];
                x[j] = a + c;
                x[j + 16] = b + d;
                x[j + 32] = a - c;
                x[j + 48] = b - d;
            }
        }
    }

    private static void quads64(float[] x, int from, int to) {
        for (int start = from; start < to; start += 256) {
            for (int j = start; j < start + 64; j++) {
                float a = x[j] + x[j + 64];
                float b = x[j] - x[j + 64];
                float c = x[j + 128] + x[j + 192];
                float d = x[j + 128] - x[j + 192];
                x[j] = a + c;
                x[j + 64] = b + d;
                x[j + 128] = a - c;
                x[j + 192] = b - d;
            }
        }
    }

    private static void quads256(float[] x, int from, int to) {
        for (int start = from; start < to; start += 1024) {
            for (int j = start; j < start + 256; j++) {
                float a = x[j] + x[j + 256];
                float b = x[j] - x[j + 256];
                float c = x[j + 512] + x[j + 768];
                float d = x[j + 512] - x[j + 768];
                x[j] = a + c;
                x[j + 256] = b + d;
                x[j + 512] = a - c;
                x[j + 768] = b - d;
            }
        }
    }

    private static void quads1024(float[] x, int from, int to) {
        for (int start = from; start < to; start += 4096) {
            for (int j = start; j < start + 1024; j++) {
                float a = x[j] + x[j + 1024];
                float b = x[j] - x[j + 1024];
                float c = x[j + 2048] + x[j + 3072];
                float d = x[j + 2048] - x[j + 3072];
                x[j] = a + c;
                x[j + 1024] = b + d;
                x[j + 2048] = a - c;
                x[j + 3072] = b - d;
            }
        }
    }

    private static void halves(float[] x) {
        for (int j = 0; j < 2048; j++) {
            float a = x[j];
            float b = x[j + 2048];
            x[j] = a + b;
            x[j + 2048] = a - b;
        }
    }

    private static void pairs(float[] x, int from, int n, int h) {
        for (int start = from; start < from + n; start += 2 * h) {
            for (int j = start; j < start + h; j++) {
                float a = x[j];
                float b = x[j + h];
                x[j] = a + b;
                x[j + h] = a - b;
            }
        }
    }

    /** Strides 1 to 8 of sixteen neighbours at a time, in registers. */
    private static void sixteens(float[] x, int from, int to) {
        for (int j = from; j < to; j += 16) {
            float p0 = x[j] + x[j + 1];
            float p1 = x[j] - x[j + 1];
            float p2 = x[j + 2] + x[j + 3];
            float p3 = x[j + 2] - x[j + 3];
            float p4 = x[j + 4] + x[j + 5];
            float p5 = x[j + 4] - x[j + 5];
            float p6 = x[j + 6] + x[j + 7];
            float p7 = x[j + 6] - x[j + 7];
            float p8 = x[j + 8] + x[j + 9];
            float p9 = x[j + 8] - x[j + 9];
            float p10 = x[j + 10] + x[j + 11];
            float p11 = x[j + 10] - x[j + 11];
            float p12 = x[j + 12] + x[j + 13];
            float p13 = x[j + 12] - x[j + 13];
            float p14 = x[j + 14] + x[j + 15];
            float p15 = x[j + 14] - x[j + 15];
            float q0 = p0 + p2;
            float q2 = p0 - p2;
            float q1 = p1 + p3;
            float q3 = p1 - p3;
            float q4 = p4 + p6;
            float q6 = p4 - p6;
            float q5 = p5 + p7;
            float q7 = p5 - p7;
            float q8 = p8 + p10;
            float q10 = p8 - p10;
            float q9 = p9 + p11;
            float q11 = p9 - p11;
            float q12 = p12 + p14;
            float q14 = p12 - p14;
            float q13 = p13 + p15;
            float q15 = p13 - p15;
            float r0 = q0 + q4;
            float r4 = q0 - q4;
            float r1 = q1 + q5;
            float r5 = q1 - q5;
            float r2 = q2 + q6;
            float r6 = q2 - q6;
            float r3 = q3 + q7;
            float r7 = q3 - q7;
            float r8 = q8 + q12;
            float r12 = q8 - q12;
            float r9 = q9 + q13;
            float r13 = q9 - q13;
            float r10 = q10 + q14;
            float r14 = q10 - q14;
            float r11 = q11 + q15;
            float r15 = q11 - q15;
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
