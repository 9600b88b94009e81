/**
 * Random linear coding over the air (Abdi's thesis, chapter 5): nodes send the same random linear map of their gradients at the
 * same time, the channel adds them, and the transposed map makes an unbiased gradient of the sum. Power, subchannels, nodes that do not
 * take part, local residuals, masks that cancel in the sum, and what the error is. What is real and what complex stands on the
 * page of {@link starling.codes.channel}.
 */
@NullMarked
package starling.codes.overair;

import org.jspecify.annotations.NullMarked;
