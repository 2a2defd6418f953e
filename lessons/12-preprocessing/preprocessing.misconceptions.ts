/** Lesson 12: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { array, copy, filled, map, matrixProduct, zeros, type Tensor } from '#arrays';
import type { Misconception } from '../../checks/misconception.ts';
import { overRows, refusingLike, rowsOf, sumOver } from '../../checks/wrong-answers.ts';
import {
  centre,
  columnMeans,
  covariance,
  explainedVariance,
  fitMinMax,
  fitStandardizer,
  localNormalize,
  principalComponents,
  project,
  reconstruct,
  scaleMinMax,
  standardize,
  whiten,
  type MinMax,
  type PrincipalComponents,
  type Standardizer,
  type WindowOptions,
} from './preprocessing.reference.ts';

export const misconceptions: Misconception[] = [
  {
    exercise: '12.1 columnMeans',
    id: 'means-without-one',
    sentence: 'The sum is divided by N − 1. A mean is the sum divided by N, the number of samples.',
    wrong: refusingLike(columnMeans, (x) =>
      perFeature(x, (values) => sum(values) / (values.length - 1)),
    ),
  },
  {
    exercise: '12.1 columnMeans',
    id: 'means-by-features',
    sentence:
      'The sum over the samples is divided by the number of features. Divide by the number of samples, x.shape[0].',
    wrong: refusingLike(columnMeans, (x) => perFeature(x, (values) => sum(values) / x.shape[1]!)),
  },
  {
    exercise: '12.1 columnMeans',
    id: 'means-of-rows',
    sentence:
      'These are the means of the rows, one for each sample. Average over the samples: one mean for each column.',
    wrong: refusingLike(columnMeans, (x) => array(rowsOf(x).map(mean))),
  },
  {
    exercise: '12.1 columnMeans',
    id: 'means-of-everything',
    sentence:
      'Every feature gets the mean of the whole array. Features have units of their own: average each column for itself.',
    anchor: '#a-number-for-each-feature',
    wrong: refusingLike(columnMeans, (x) => {
      const all = mean([...copy(x).data]);
      return perFeature(x, () => all);
    }),
  },
  {
    exercise: '12.1 columnMeans',
    id: 'means-are-middles',
    sentence:
      'This is the middle between the smallest and the largest value. The mean is the sum of all of them divided by N.',
    wrong: refusingLike(columnMeans, (x) =>
      perFeature(x, (values) => (Math.min(...values) + Math.max(...values)) / 2),
    ),
  },

  {
    exercise: '12.2 centre',
    id: 'centre-by-own-means',
    sentence:
      'The means are measured on x itself, and those that came in are not used. A test set is moved by the means of the training set: take off `means`.',
    anchor: '#fitted-on-the-training-set-alone',
    wrong: refusingLike(centre, (x) => (x.shape[0] === 0 ? copy(x) : centre(x, columnMeans(x)))),
  },
  {
    exercise: '12.2 centre',
    id: 'centre-each-row',
    sentence:
      'Each sample loses its own mean, over its features. What is taken off is a number for each feature: means.get(d).',
    anchor: '#a-number-for-each-feature',
    wrong: refusingLike(centre, (x) => overRows(x, (row) => row.map((value) => value - mean(row)))),
  },
  {
    exercise: '12.2 centre',
    id: 'centre-mean-of-the-row-number',
    sentence:
      'Row n loses the nth of the means. They belong to the features: take means.get(d) off x.get(n, d).',
    wrong: refusingLike(centre, (x, means) =>
      filled(x.shape, (n, d) => x.get(n, d) - (n < means.size ? means.get(n) : Number.NaN)),
    ),
  },
  {
    exercise: '12.2 centre',
    id: 'centre-adds',
    sentence: 'The means are added, which moves the samples farther from 0. Subtract them.',
    wrong: refusingLike(centre, (x, means) =>
      centre(
        x,
        map(means, (value) => -value),
      ),
    ),
  },
  {
    exercise: '12.2 centre',
    id: 'centre-by-one-mean',
    sentence:
      'All features lose one number, the mean of the means. Each has its own: take means.get(d) off column d.',
    anchor: '#a-number-for-each-feature',
    wrong: refusingLike(centre, (x, means) => {
      const middle = mean([...copy(means).data]);
      return map(x, (value) => value - middle);
    }),
  },

  ...[
    {
      id: 'fit-sample-deviation',
      sentence:
        'The squares are divided by N − 1. In this course a variance is a mean: divide by N.',
      anchor: '#n-or-n--1',
      wrong: deviationsBy((values) => Math.sqrt(squares(values) / (values.length - 1))),
    },
    {
      id: 'fit-variance',
      sentence:
        'These are the variances. The deviation is their root, and has the unit of the feature.',
      wrong: deviationsBy((values) => squares(values) / values.length),
    },
    {
      id: 'fit-root-of-the-sum',
      sentence:
        'The squares are added up and not averaged, so the deviation grows with the number of samples. Divide by N below the root.',
      wrong: deviationsBy((values) => Math.sqrt(squares(values))),
    },
    {
      id: 'fit-divided-outside',
      sentence: 'N stands outside of the root. Divide the sum by N first, then take the root.',
      wrong: deviationsBy((values) => Math.sqrt(squares(values)) / values.length),
    },
    {
      id: 'fit-absolute',
      sentence:
        'This is the mean distance from the mean. The standard deviation squares the distances first, and takes the root of their mean.',
      wrong: deviationsBy((values) => mean(values.map((value) => Math.abs(value - mean(values))))),
    },
    {
      id: 'fit-uncentred',
      sentence:
        'The values are squared as they are. Take the mean of the feature off first: a deviation does not depend on where the values lie.',
      wrong: deviationsBy((values) => Math.sqrt(mean(values.map((value) => value ** 2)))),
    },
    {
      id: 'fit-cancels',
      sentence:
        'The variance is computed as the mean of the squares less the square of the mean. Far from 0 these are two huge numbers whose difference is lost in rounding, and may be below 0: square what is left after taking the mean off.',
      anchor: '#a-variance-far-from-0',
      wrong: deviationsBy((values) =>
        Math.sqrt(Math.max(0, mean(values.map((value) => value ** 2)) - mean(values) ** 2)),
      ),
    },
    {
      id: 'fit-ranges',
      sentence:
        'This is half of the range. The deviation is the root of the mean squared distance from the mean.',
      wrong: deviationsBy((values) => (Math.max(...values) - Math.min(...values)) / 2),
    },
    {
      id: 'fit-epsilon',
      sentence:
        'A small number is added to every deviation, so none of them is right. Only a constant feature needs care, and gets 1.',
      anchor: '#constant-features',
      wrong: always((values) => deviation(values) + 1e-8),
    },
    {
      id: 'fit-constant-by-its-deviation',
      sentence:
        'A constant feature is recognized by a deviation of 0, and rounding makes it 1e-17: dividing by that turns noise into numbers of size 1. Ask whether all its values are equal.',
      anchor: '#constant-features',
      wrong: always((values) => deviation(values) || 1),
    },
    {
      id: 'fit-constant-by-a-threshold',
      sentence:
        'A feature with a small deviation is taken for a constant one. What is small depends on its unit: ask whether all its values are equal.',
      anchor: '#constant-features',
      wrong: always((values) => (deviation(values) < 1e-8 ? 1 : deviation(values))),
    },
    {
      id: 'fit-constant-kept',
      sentence:
        'A constant feature keeps its deviation, which is 0 or what rounding makes of it, and standardizing divides by that. Give it 1.',
      anchor: '#constant-features',
      wrong: always(deviation),
    },
    {
      id: 'fit-deviation-of-everything',
      sentence:
        'Every feature gets the deviation of the whole array. Measure each column for itself.',
      anchor: '#a-number-for-each-feature',
      wrong: refusingLike(fitStandardizer, (x) => {
        const all = deviation([...copy(x).data]) || 1;
        return { means: columnMeans(x), deviations: perFeature(x, () => all) };
      }),
    },
    {
      id: 'fit-without-means',
      sentence: 'The means come back as 0. Return those that were measured, for 12.4 to take off.',
      wrong: refusingLike(fitStandardizer, (x) => ({
        ...fitStandardizer(x),
        means: zeros(x.shape[1]!),
      })),
    },
  ].map((one) => Object.assign(one, { exercise: '12.3 fitStandardizer' })),

  ...[
    {
      id: 'standardize-fits-again',
      sentence:
        'The means and deviations are measured on x itself, and those that came in are not used. A test set is moved and scaled as the training set was.',
      anchor: '#fitted-on-the-training-set-alone',
      wrong: refusingLike(standardize, (x) =>
        x.shape[0] === 0 ? copy(x) : standardize(x, fitStandardizer(x)),
      ),
    },
    {
      id: 'standardize-each-row',
      sentence:
        'Each sample is standardized over its own features, whatever their units. Use the mean and the deviation of each column.',
      anchor: '#a-number-for-each-feature',
      wrong: refusingLike(standardize, (x) =>
        overRows(x, (row) => row.map((value) => (value - mean(row)) / (deviation(row) || 1))),
      ),
    },
    {
      id: 'standardize-by-variance',
      sentence:
        'The samples are divided by the variances, the squared deviations. Divide by the deviations themselves.',
      wrong: refusingLike(standardize, (x, { means, deviations }) =>
        standardize(x, { means, deviations: map(deviations, (value) => value ** 2) }),
      ),
    },
    {
      id: 'standardize-by-root',
      sentence:
        'The samples are divided by the roots of the deviations. Those are roots already, of the variances.',
      wrong: refusingLike(standardize, (x, { means, deviations }) =>
        standardize(x, { means, deviations: map(deviations, Math.sqrt) }),
      ),
    },
    {
      id: 'standardize-multiplies',
      sentence:
        'The samples are multiplied with the deviations. Divide, so that the spread becomes 1.',
      wrong: refusingLike(standardize, (x, { means, deviations }) =>
        standardize(x, { means, deviations: map(deviations, (value) => 1 / value) }),
      ),
    },
    {
      id: 'standardize-divides-first',
      sentence:
        'The mean is taken off after the division, when it no longer fits: (x / σ) − μ. Put the difference in brackets: (x − μ) / σ.',
      wrong: refusingLike(standardize, (x, { means, deviations }) =>
        filled(x.shape, (n, d) => x.get(n, d) / deviations.get(d) - means.get(d)),
      ),
    },
    {
      id: 'standardize-mean-divided',
      sentence:
        'Only the mean is divided by the deviation: x − μ / σ. Put the difference in brackets: (x − μ) / σ.',
      wrong: refusingLike(standardize, (x, { means, deviations }) =>
        filled(x.shape, (n, d) => x.get(n, d) - means.get(d) / deviations.get(d)),
      ),
    },
    {
      id: 'standardize-not-centred',
      sentence:
        'The samples are divided by the deviations, but not moved. Take the means off first.',
      wrong: refusingLike(standardize, (x, { deviations }) =>
        filled(x.shape, (n, d) => x.get(n, d) / deviations.get(d)),
      ),
    },
    {
      id: 'standardize-not-scaled',
      sentence: 'The samples are moved, but not scaled. Divide by the deviations as well.',
      wrong: refusingLike(standardize, (x, { means }) => centre(x, means)),
    },
    {
      id: 'standardize-epsilon',
      sentence:
        'A small number is added to the deviations. They need none: a constant feature got the deviation 1 in 12.3.',
      anchor: '#constant-features',
      wrong: refusingLike(standardize, (x, { means, deviations }) =>
        standardize(x, { means, deviations: map(deviations, (value) => value + 1e-8) }),
      ),
    },
    {
      id: 'standardize-adds-the-mean',
      sentence: 'The means are added, which moves the samples farther from 0. Subtract them.',
      wrong: refusingLike(standardize, (x, { means, deviations }) =>
        standardize(x, { means: map(means, (value) => -value), deviations }),
      ),
    },
  ].map((one) => Object.assign(one, { exercise: '12.4 standardize' })),

  ...[
    {
      id: 'range-is-the-maximum',
      sentence:
        'The ranges are the largest values. A range is the distance from the smallest to the largest: subtract the minimum.',
      wrong: extremesBy((least, most) => ({ least, range: most })),
    },
    {
      id: 'range-kept-at-0',
      sentence: 'A constant feature keeps the range 0, and scaling divides by that. Give it 1.',
      anchor: '#constant-features',
      wrong: extremesBy((least, most) => ({ least, range: most - least })),
    },
    {
      id: 'range-epsilon',
      sentence:
        'A small number is added to every range, so none of them is right. Only a constant feature needs care, and gets 1.',
      anchor: '#constant-features',
      wrong: extremesBy((least, most) => ({ least, range: most - least + 1e-8 })),
    },
    {
      id: 'range-by-a-threshold',
      sentence:
        'A small range is taken for that of a constant feature. What is small depends on the unit: only a range of 0 becomes 1.',
      anchor: '#constant-features',
      wrong: extremesBy((least, most) => ({
        least,
        range: most - least < 1e-8 ? 1 : most - least,
      })),
    },
    {
      id: 'range-from-zero',
      sentence:
        'The search for the extremes starts at 0, so a minimum above 0 and a maximum below 0 are not found. Start from the first sample.',
      wrong: extremesBy((least, most) => extremes(Math.min(0, least), Math.max(0, most))),
    },
    {
      id: 'range-from-min-value',
      sentence:
        'The search for the maximum starts at Number.MIN_VALUE, which is the smallest number above 0. Start from the first sample, or from −Infinity.',
      wrong: extremesBy((least, most) => extremes(least, Math.max(Number.MIN_VALUE, most))),
    },
    {
      id: 'range-plus-one',
      sentence:
        'The range is one too large: it counts whole numbers, the smallest and the largest included. It is the distance between them.',
      wrong: extremesBy((least, most) => ({ least, range: most - least + 1 })),
    },
    {
      id: 'range-negative',
      sentence:
        'The largest value is taken off the smallest, so the ranges are below 0. Turn it around.',
      wrong: extremesBy((least, most) => ({ least, range: least - most || 1 })),
    },
    {
      id: 'range-of-everything',
      sentence:
        'Every feature gets the extremes of the whole array. Measure each column for itself.',
      anchor: '#a-number-for-each-feature',
      wrong: refusingLike(fitMinMax, (x) => {
        const { least, range } = extremes(...ends([...copy(x).data]));
        return { minima: perFeature(x, () => least), ranges: perFeature(x, () => range) };
      }),
    },
  ].map((one) => Object.assign(one, { exercise: '12.5 fitMinMax' })),

  ...[
    {
      id: 'minmax-clips',
      sentence:
        'Values beyond the training set are clipped to 0 or 1, and so all become the same. Let them leave the interval.',
      wrong: refusingLike(scaleMinMax, (x, fitted) =>
        map(scaleMinMax(x, fitted), (value) => Math.min(1, Math.max(0, value))),
      ),
    },
    {
      id: 'minmax-fits-again',
      sentence:
        'The minimum and the range are measured on x itself, and those that came in are not used. A test set is scaled as the training set was.',
      anchor: '#fitted-on-the-training-set-alone',
      wrong: refusingLike(scaleMinMax, (x) =>
        x.shape[0] === 0 ? copy(x) : scaleMinMax(x, fitMinMax(x)),
      ),
    },
    {
      id: 'minmax-each-row',
      sentence:
        'Each sample is scaled by its own smallest and largest feature. Use the minimum and the range of each column.',
      anchor: '#a-number-for-each-feature',
      wrong: refusingLike(scaleMinMax, (x) =>
        overRows(x, (row) => {
          const { least, range } = extremes(...ends(row));
          return row.map((value) => (value - least) / range);
        }),
      ),
    },
    {
      id: 'minmax-range-for-maximum',
      sentence:
        'The minimum is taken off the range as well, as if that were the maximum. The range is the difference already: divide by it.',
      wrong: refusingLike(scaleMinMax, (x, { minima, ranges }) =>
        filled(x.shape, (n, d) => (x.get(n, d) - minima.get(d)) / (ranges.get(d) - minima.get(d))),
      ),
    },
    {
      id: 'minmax-symmetric',
      sentence:
        'The training set fills [−1, 1]. Here it is to fill [0, 1]: neither double it nor move it any further.',
      wrong: refusingLike(scaleMinMax, (x, fitted) =>
        map(scaleMinMax(x, fitted), (value) => 2 * value - 1),
      ),
    },
    {
      id: 'minmax-not-moved',
      sentence: 'The samples are divided by the range, but not moved. Take the minimum off first.',
      wrong: refusingLike(scaleMinMax, (x, { minima, ranges }) =>
        scaleMinMax(x, { minima: map(minima, () => 0), ranges }),
      ),
    },
    {
      id: 'minmax-not-scaled',
      sentence: 'The minimum is taken off, but nothing is scaled. Divide by the range as well.',
      wrong: refusingLike(scaleMinMax, (x, { minima }) => centre(x, minima)),
    },
    {
      id: 'minmax-upside-down',
      sentence:
        'The largest value becomes 0 and the smallest 1. Subtract the minimum from the value, not the other way round.',
      wrong: refusingLike(scaleMinMax, (x, fitted) =>
        map(scaleMinMax(x, fitted), (value) => 1 - value),
      ),
    },
  ].map((one) => Object.assign(one, { exercise: '12.6 scaleMinMax' })),

  ...[
    {
      id: 'local-zero-padded',
      sentence:
        'Beyond the border the image is taken to be 0, which makes an edge where there is none. The window ends where the image does: average over the pixels that there are.',
      anchor: '#the-border',
      wrong: windowed(({ pixel, padded, epsilon }) =>
        normalized(
          pixel,
          padded(() => 0),
          epsilon,
        ),
      ),
    },
    {
      id: 'local-always-whole',
      sentence:
        'Sums over the window are always divided by k². At the border fewer pixels are in it: divide by their number.',
      anchor: '#the-border',
      wrong: windowed(({ pixel, inside, size, epsilon }) => {
        const middle = sum(inside) / size ** 2;
        const variance = sum(inside.map((value) => (value - middle) ** 2)) / size ** 2;
        return (pixel - middle) / (Math.sqrt(variance) + epsilon);
      }),
    },
    {
      id: 'local-repeated-border',
      sentence:
        'Beyond the border the last pixel is repeated, and so counts more than once. The window ends where the image does.',
      anchor: '#the-border',
      wrong: windowed(({ pixel, image, padded, epsilon }) => {
        const [H, W] = image.shape as [number, number];
        const nearest = padded((row, col) =>
          image.get(Math.min(H - 1, Math.max(0, row)), Math.min(W - 1, Math.max(0, col))),
        );
        return normalized(pixel, nearest, epsilon);
      }),
    },
    {
      id: 'local-border-left-out',
      sentence:
        'Pixels whose window does not fit into the image become 0. Normalize them too, by what of the window lies inside.',
      anchor: '#the-border',
      wrong: windowed(({ pixel, inside, size, epsilon }) =>
        inside.length < size ** 2 ? 0 : normalized(pixel, inside, epsilon),
      ),
    },
    {
      id: 'local-corner',
      sentence:
        'The window begins at the pixel and reaches to the right and down. The pixel belongs in its middle: begin (k − 1) / 2 before it.',
      wrong: windowed(({ pixel, image, i, j, size, epsilon }) =>
        normalized(pixel, within(image, [i, i + size - 1], [j, j + size - 1]), epsilon),
      ),
    },
    {
      id: 'local-end-missing',
      sentence:
        'The last row and the last column of the window are missing: it reaches from −r to r, both included.',
      wrong: windowed(({ pixel, image, i, j, radius, epsilon }) =>
        radius === 0
          ? 0
          : normalized(
              pixel,
              within(image, [i - radius, i + radius - 1], [j - radius, j + radius - 1]),
              epsilon,
            ),
      ),
    },
    {
      id: 'local-radius-is-size',
      sentence:
        'The window reaches k pixels to each side. k is the length of its sides: it reaches (k − 1) / 2.',
      wrong: windowed(({ pixel, image, i, j, size, epsilon }) =>
        normalized(pixel, within(image, [i - size, i + size], [j - size, j + size]), epsilon),
      ),
    },
    {
      id: 'local-rows-alone',
      sentence: 'The window is one row high. It reaches as far up and down as to the sides.',
      wrong: windowed(({ pixel, image, i, j, radius, epsilon }) =>
        normalized(pixel, within(image, [i, i], [j - radius, j + radius]), epsilon),
      ),
    },
    {
      id: 'local-whole-image',
      sentence:
        'Every pixel is measured by the whole image. Take the mean and the deviation of its window.',
      wrong: windowed(({ pixel, image, epsilon }) =>
        normalized(pixel, [...copy(image).data], epsilon),
      ),
    },
    {
      id: 'local-without-the-pixel',
      sentence: 'The pixel itself is left out of its window. It belongs to it, in the middle.',
      wrong: windowed(({ pixel, inside, epsilon }) =>
        inside.length === 1
          ? 0
          : normalized(pixel, inside.toSpliced(inside.indexOf(pixel), 1), epsilon),
      ),
    },
    {
      id: 'local-in-place',
      sentence:
        'Pixels are overwritten while later windows still need them: those see normalized pixels beside others. Read the image that came in, and write into a new one.',
      wrong: refusingLike(localNormalize, (image, { size, epsilon }) => {
        const radius = (size - 1) / 2;
        const out = copy(image);
        const [H, W] = image.shape as [number, number];
        for (let i = 0; i < H; i++) {
          for (let j = 0; j < W; j++) {
            const seen = within(out, [i - radius, i + radius], [j - radius, j + radius]);
            out.set(i, j, normalized(out.get(i, j), seen, epsilon));
          }
        }
        return out;
      }),
    },
    {
      id: 'local-two-passes',
      sentence:
        'The deviation is that of an image whose pixels have lost their own means already. Here both are taken from the window as it came: measure it once.',
      wrong: windowed(({ pixel, image, i, j, radius, inside, epsilon }) => {
        const flat = filled(image.shape, (row, col) => {
          const near = within(image, [row - radius, row + radius], [col - radius, col + radius]);
          return image.get(row, col) - mean(near);
        });
        const rest = within(flat, [i - radius, i + radius], [j - radius, j + radius]);
        const size = Math.sqrt(mean(rest.map((value) => value ** 2)));
        return (pixel - mean(inside)) / (size + epsilon);
      }),
    },
    {
      id: 'local-variance',
      sentence: 'The pixel is divided by the variance of its window. Take the root first.',
      wrong: windowed(
        ({ pixel, inside, epsilon }) => (pixel - mean(inside)) / (deviation(inside) ** 2 + epsilon),
      ),
    },
    {
      id: 'local-epsilon-inside',
      sentence: 'ε stands under the root. Here it is added to the deviation: σ + ε.',
      wrong: windowed(
        ({ pixel, inside, epsilon }) =>
          (pixel - mean(inside)) / Math.sqrt(deviation(inside) ** 2 + epsilon),
      ),
    },
    {
      id: 'local-epsilon-as-floor',
      sentence:
        'The deviation is replaced by ε where it is smaller. ε is added to it, whatever it is.',
      wrong: windowed(
        ({ pixel, inside, epsilon }) =>
          (pixel - mean(inside)) / Math.max(deviation(inside), epsilon),
      ),
    },
    {
      id: 'local-fixed-epsilon',
      sentence: 'ε is 1e-8 whatever the options say. Take options.epsilon.',
      wrong: windowed(({ pixel, inside }) => normalized(pixel, inside, 1e-8)),
    },
    {
      id: 'local-without-epsilon',
      sentence: 'There is no ε, so that an even area is divided by 0. Add it to the deviation.',
      wrong: windowed(({ pixel, inside }) => normalized(pixel, inside, 0)),
    },
    {
      id: 'local-sample-deviation',
      sentence:
        'The squares are divided by one less than there are pixels in the window. In this course a variance is a mean.',
      anchor: '#n-or-n--1',
      wrong: windowed(
        ({ pixel, inside, epsilon }) =>
          (pixel - mean(inside)) / (Math.sqrt(squares(inside) / (inside.length - 1)) + epsilon),
      ),
    },
    {
      id: 'local-cancels',
      sentence:
        'The variance is computed as the mean of the squares less the square of the mean, which in a bright image is lost in rounding. Square what is left after taking the mean off.',
      anchor: '#a-variance-far-from-0',
      wrong: windowed(({ pixel, inside, epsilon }) => {
        const variance = mean(inside.map((value) => value ** 2)) - mean(inside) ** 2;
        return (pixel - mean(inside)) / (Math.sqrt(Math.max(0, variance)) + epsilon);
      }),
    },
    {
      id: 'local-not-centred',
      sentence:
        'The pixel is divided, but its surroundings are not taken off. Subtract their mean first.',
      wrong: windowed(({ pixel, inside, epsilon }) => pixel / (deviation(inside) + epsilon)),
    },
    {
      id: 'local-not-scaled',
      sentence:
        'The mean of the surroundings is taken off, but nothing is divided. Divide by their deviation and ε.',
      wrong: windowed(({ pixel, inside }) => pixel - mean(inside)),
    },
  ].map((one) => Object.assign(one, { exercise: '12.7 localNormalize' })),

  ...[
    {
      id: 'covariance-sample',
      sentence:
        'The products are divided by N − 1. In this course a covariance is a mean: divide by N.',
      anchor: '#n-or-n--1',
      wrong: refusingLike(covariance, (x) => {
        const N = x.shape[0]!;
        return N === 1 ? covariance(x) : map(covariance(x), (value) => (value * N) / (N - 1));
      }),
    },
    {
      id: 'covariance-uncentred',
      sentence:
        'The samples are multiplied as they are. Take the mean of each feature off first, or it says more about where the data lies than about how it varies.',
      wrong: refusingLike(covariance, (x) => secondMoments(x)),
    },
    {
      id: 'covariance-cancels',
      sentence:
        'The products of the means are taken off at the end, which far from 0 is lost in rounding. Centre the samples first, then multiply.',
      anchor: '#a-variance-far-from-0',
      wrong: refusingLike(covariance, (x) => {
        const means = columnMeans(x);
        const moments = secondMoments(x);
        return filled(moments.shape, (i, j) => moments.get(i, j) - means.get(i) * means.get(j));
      }),
    },
    {
      id: 'covariance-of-samples',
      sentence:
        'This is the covariance of the samples with each other, X·Xᵀ. It must have a row for each feature: transpose the first factor, Xᵀ·X.',
      wrong: refusingLike(covariance, (x) =>
        x.shape[1] === 0 ? zeros(x.shape[0]!, x.shape[0]!) : covariance(x.transpose(1, 0)),
      ),
    },
    {
      id: 'covariance-centred-rows',
      sentence:
        'Each sample lost its own mean, over its features. Take the mean of each feature off: centre(x, columnMeans(x)).',
      anchor: '#a-number-for-each-feature',
      wrong: refusingLike(covariance, (x) =>
        secondMoments(overRows(x, (row) => row.map((value) => value - mean(row)))),
      ),
    },
    {
      id: 'covariance-by-features',
      sentence:
        'The sum over the samples is divided by the number of features. Divide by the number of samples, x.shape[0].',
      wrong: refusingLike(covariance, (x) =>
        map(covariance(x), (value) => (value * x.shape[0]!) / x.shape[1]!),
      ),
    },
    {
      id: 'covariance-is-correlation',
      sentence:
        'This is the correlation: the features were divided by their deviations. The covariance keeps their units, so only centre them.',
      wrong: refusingLike(covariance, (x) => covariance(standardize(x, fitStandardizer(x)))),
    },
    {
      id: 'covariance-diagonal-only',
      sentence:
        'Only the variances on the diagonal are there. Beside it stands what features have in common: the mean product of the two.',
      wrong: refusingLike(covariance, (x) => {
        const C = covariance(x);
        return filled(C.shape, (i, j) => (i === j ? C.get(i, j) : 0));
      }),
    },
    {
      id: 'covariance-absolute',
      sentence:
        'The sign is lost. A covariance is below 0 where one feature falls as the other rises.',
      wrong: refusingLike(covariance, (x) => map(covariance(x), Math.abs)),
    },
  ].map((one) => Object.assign(one, { exercise: '12.8 covariance' })),

  ...[
    {
      id: 'pca-ascending-values',
      sentence:
        'The variances are in descending order and the components are not: they no longer belong together. Put the columns in the same order.',
      wrong: foundBy(({ means, components, variances }) => ({
        means,
        components: reversedColumns(components),
        variances,
      })),
    },
    {
      id: 'pca-ascending',
      sentence:
        'The components are in ascending order, as the library returns them. The one along which the data varies most is first: reverse both.',
      wrong: foundBy(({ means, components, variances }) => ({
        means,
        components: reversedColumns(components),
        variances: copy(variances.step(-1)),
      })),
    },
    {
      id: 'pca-rows',
      sentence:
        'The components are the rows. Make them the columns, as the library returns them: components.get(d, k) is entry d of component k.',
      wrong: foundBy(({ components, ...rest }) => ({
        ...rest,
        components: copy(components.transpose(1, 0)),
      })),
    },
    {
      id: 'pca-deviations',
      sentence:
        'These are the deviations along the components. The variance is the eigenvalue itself: take no root.',
      wrong: foundBy(({ variances, ...rest }) => ({
        ...rest,
        variances: map(variances, Math.sqrt),
      })),
    },
    {
      id: 'pca-sample-variances',
      sentence:
        'The variances are divided by N − 1. In this course a variance is a mean: divide by N.',
      anchor: '#n-or-n--1',
      wrong: foundBy(({ variances, ...rest }, x) => {
        const N = x.shape[0]!;
        return { ...rest, variances: map(variances, (value) => (value * N) / Math.max(1, N - 1)) };
      }),
    },
    {
      id: 'pca-singular-values',
      sentence:
        'These are the singular values of the centred samples. The variance along a component is the singular value squared, divided by N.',
      wrong: foundBy(({ variances, ...rest }, x) => ({
        ...rest,
        variances: map(variances, (value) => Math.sqrt(value * x.shape[0]!)),
      })),
    },
    {
      id: 'pca-squared-singular-values',
      sentence:
        'The variances are sums over the samples. Divide by N: they do not grow with the number of samples.',
      wrong: foundBy(({ variances, ...rest }, x) => ({
        ...rest,
        variances: map(variances, (value) => value * x.shape[0]!),
      })),
    },
    {
      id: 'pca-uncentred',
      sentence:
        'The eigenvectors are those of XᵀX as it came, so that the first one points to where the data lies and not to where it varies. Centre the samples first.',
      wrong: refusingLike(principalComponents, (x) => {
        const mirrored = filled([2 * x.shape[0]!, x.shape[1]!], (n, d) =>
          n < x.shape[0]! ? x.get(n, d) : -x.get(n - x.shape[0]!, d),
        );
        return { ...principalComponents(mirrored), means: columnMeans(x) };
      }),
    },
    {
      id: 'pca-standardized',
      sentence:
        'The features are divided by their deviations first, so these are the components of the correlation. Only centre them.',
      wrong: refusingLike(principalComponents, (x) => ({
        ...principalComponents(standardize(x, fitStandardizer(x))),
        means: columnMeans(x),
      })),
    },
    {
      id: 'pca-scaled-components',
      sentence:
        'The components are as long as the deviations along them. They are directions, of length 1.',
      wrong: foundBy(({ components, variances, means }) => ({
        means,
        components: filled(
          components.shape,
          (d, k) => components.get(d, k) * Math.sqrt(variances.get(k)),
        ),
        variances,
      })),
    },
    {
      id: 'pca-without-means',
      sentence:
        'The means come back as 0. Return those of x: whatever is projected later has to be moved by them.',
      wrong: foundBy(({ means, ...rest }) => ({ ...rest, means: map(means, () => 0) })),
    },
    {
      id: 'pca-shares',
      sentence: 'The variances are divided by their sum. That is 12.12: here they keep their unit.',
      wrong: foundBy(({ variances, ...rest }) => ({
        ...rest,
        variances: explainedVariance(variances),
      })),
    },
  ].map((one) => Object.assign(one, { exercise: '12.9 principalComponents' })),

  ...[
    {
      id: 'project-not-centred',
      sentence:
        'The samples are turned as they came. Take the means of the training set off first: coordinates are counted from there.',
      wrong: refusingLike(project, (x, pca, count) =>
        project(x, { ...pca, means: map(pca.means, () => 0) }, count),
      ),
    },
    {
      id: 'project-own-means',
      sentence:
        'The samples are centred by their own means. Take off pca.means, those of the training set, whatever set x is.',
      anchor: '#fitted-on-the-training-set-alone',
      wrong: refusingLike(project, (x, pca, count) =>
        x.shape[0] === 0
          ? project(x, pca, count)
          : project(x, { ...pca, means: columnMeans(x) }, count),
      ),
    },
    {
      id: 'project-rows',
      sentence:
        'The first rows of `components` are taken for the components. They are its columns: entry d of component k is components.get(d, k).',
      wrong: refusingLike(project, (x, pca, count) =>
        project(x, { ...pca, components: pca.components.transpose(1, 0) }, count),
      ),
    },
    {
      id: 'project-last',
      sentence:
        'The last components are kept, along which the data varies least. Keep the first ones.',
      wrong: refusingLike(project, (x, pca, count) => {
        const all = project(x, pca, pca.means.size);
        return copy(all.lo(0, pca.means.size - count));
      }),
    },
    {
      id: 'project-reversed',
      sentence: 'The components are taken from the last to the first. The first one comes first.',
      wrong: refusingLike(project, (x, pca, count) =>
        project(x, { ...pca, components: reversedColumns(pca.components) }, count),
      ),
    },
    {
      id: 'project-whitened',
      sentence:
        'The coordinates are divided by the deviations along the components. That is whitening, 12.13: here they keep their size.',
      wrong: refusingLike(project, (x, pca, count) => {
        const z = project(x, pca, count);
        return filled(z.shape, (n, k) => z.get(n, k) / Math.sqrt(pca.variances.get(k)));
      }),
    },
    {
      id: 'project-moved-afterwards',
      sentence:
        'The means are taken off after the turn, where they no longer fit. Centre the samples first, then multiply with the components.',
      wrong: refusingLike(project, (x, pca, count) => {
        const z = matrixProduct(x, pca.components.hi(pca.means.size, count));
        return filled(z.shape, (n, k) => z.get(n, k) - pca.means.get(k));
      }),
    },
    {
      id: 'project-scaled',
      sentence:
        'The coordinates are multiplied with the variances. A direction has length 1, and tells how far the sample lies along it: leave the variances out.',
      wrong: refusingLike(project, (x, pca, count) => {
        const z = project(x, pca, count);
        return filled(z.shape, (n, k) => z.get(n, k) * pca.variances.get(k));
      }),
    },
  ].map((one) => Object.assign(one, { exercise: '12.10 project' })),

  ...[
    {
      id: 'reconstruct-without-means',
      sentence: 'The means are missing: what comes back lies around 0. Add them at the end.',
      wrong: refusingLike(reconstruct, (z, pca) =>
        reconstruct(z, { ...pca, means: map(pca.means, () => 0) }),
      ),
    },
    {
      id: 'reconstruct-means-off',
      sentence:
        'The means are taken off once more. `project` took them off; here they are added again.',
      wrong: refusingLike(reconstruct, (z, pca) =>
        reconstruct(z, { ...pca, means: map(pca.means, (value) => -value) }),
      ),
    },
    {
      id: 'reconstruct-not-transposed',
      sentence:
        'z is multiplied with the components as for projecting, which turns further instead of back. Transpose them: entry d is the sum of z.get(n, k) · components.get(d, k).',
      wrong: refusingLike(reconstruct, (z, pca) =>
        reconstruct(z, { ...pca, components: pca.components.transpose(1, 0) }),
      ),
    },
    {
      id: 'reconstruct-last',
      sentence:
        'The columns of z are taken for the last components. They belong to the first ones.',
      wrong: refusingLike(reconstruct, (z, pca) => {
        const [K, D] = [z.shape[1]!, pca.means.size];
        const components = filled([D, D], (d, k) => pca.components.get(d, (k + D - K) % D));
        return reconstruct(z, { ...pca, components });
      }),
    },
    {
      id: 'reconstruct-reversed',
      sentence:
        'The components are taken from the last to the first. The first column of z belongs to the first one.',
      wrong: refusingLike(reconstruct, (z, pca) =>
        reconstruct(z, { ...pca, components: reversedColumns(pca.components) }),
      ),
    },
    {
      id: 'reconstruct-scaled',
      sentence:
        'z is multiplied with the deviations along the components, as if it had been whitened. `project` kept its size.',
      wrong: refusingLike(reconstruct, (z, pca) =>
        reconstruct(
          filled(z.shape, (n, k) => z.get(n, k) * Math.sqrt(pca.variances.get(k))),
          pca,
        ),
      ),
    },
    {
      id: 'reconstruct-means-first',
      sentence:
        'The means are added to z before it is turned back, but they are means of features and not of components. Turn back first, then add them.',
      wrong: refusingLike(reconstruct, (z, pca) => {
        const moved = filled(z.shape, (n, k) => z.get(n, k) + pca.means.get(k));
        return reconstruct(moved, { ...pca, means: map(pca.means, () => 0) });
      }),
    },
  ].map((one) => Object.assign(one, { exercise: '12.11 reconstruct' })),

  ...[
    {
      id: 'explained-of-deviations',
      sentence:
        'The shares are those of the roots. Deviations do not add up; variances do: divide them as they are.',
      wrong: refusingLike(explainedVariance, (variances) =>
        explainedVariance(map(variances, Math.sqrt)),
      ),
    },
    {
      id: 'explained-of-squares',
      sentence:
        'The shares are those of the squared variances. They are squares already: divide them as they are.',
      wrong: refusingLike(explainedVariance, (variances) =>
        explainedVariance(map(variances, (value) => value ** 2)),
      ),
    },
    {
      id: 'explained-cumulative',
      sentence:
        'The shares are added up from the first to each. Return the share of each component alone.',
      wrong: refusingLike(explainedVariance, (variances) => {
        const shares = explainedVariance(variances);
        return filled(shares.shape, (k) => sumOver(k + 1, (i) => shares.get(i)));
      }),
    },
    {
      id: 'explained-of-the-largest',
      sentence: 'The variances are divided by the largest one. Divide by their sum.',
      wrong: refusingLike(explainedVariance, (variances) => {
        const most = Math.max(...copy(variances).data) || 1;
        return map(variances, (value) => value / most);
      }),
    },
    {
      id: 'explained-of-the-mean',
      sentence:
        'The variances are divided by their mean, so that the shares add up to D. Divide by their sum.',
      wrong: refusingLike(explainedVariance, (variances) =>
        map(explainedVariance(variances), (share) => share * variances.size),
      ),
    },
    {
      id: 'explained-of-nothing',
      sentence:
        'Where nothing varies 0 is divided by 0. There is nothing to explain then: every share is 0.',
      wrong: refusingLike(explainedVariance, (variances) => {
        const total = sum([...copy(variances).data]);
        return map(variances, (value) => value / total);
      }),
    },
    {
      id: 'explained-epsilon',
      sentence:
        'A small number is added to the sum, so that the shares of small variances are wrong. Only a sum of 0 needs care.',
      wrong: refusingLike(explainedVariance, (variances) => {
        const total = sum([...copy(variances).data]) + 1e-8;
        return map(variances, (value) => value / total);
      }),
    },
  ].map((one) => Object.assign(one, { exercise: '12.12 explainedVariance' })),

  ...[
    {
      id: 'whiten-by-variances',
      sentence: 'The coordinates are divided by the variances. Divide by their roots: √(λ + ε).',
      wrong: refusingLike(whiten, (x, pca, epsilon) =>
        divided(project(x, pca, pca.means.size), pca, (variance) => variance + epsilon),
      ),
    },
    {
      id: 'whiten-epsilon-outside',
      sentence:
        'ε is added to the root. In whitening it is a variance and stands inside: √(λ + ε).',
      wrong: refusingLike(whiten, (x, pca, epsilon) =>
        divided(project(x, pca, pca.means.size), pca, (variance) => Math.sqrt(variance) + epsilon),
      ),
    },
    {
      id: 'whiten-without-epsilon',
      sentence:
        'There is no ε, so that a direction in which the training set does not vary is divided by 0. Add it to the variance, below the root.',
      wrong: refusingLike(whiten, (x, pca) =>
        divided(project(x, pca, pca.means.size), pca, Math.sqrt),
      ),
    },
    {
      id: 'whiten-fixed-epsilon',
      sentence: 'ε is 1e-5 whatever is given. Take the argument.',
      wrong: refusingLike(whiten, (x, pca) => whiten(x, pca, 1e-5)),
    },
    {
      id: 'whiten-epsilon-as-floor',
      sentence:
        'The variance is replaced by ε where it is smaller. ε is added to it, whatever it is.',
      wrong: refusingLike(whiten, (x, pca, epsilon) =>
        divided(project(x, pca, pca.means.size), pca, (variance) =>
          Math.sqrt(Math.max(variance, epsilon)),
        ),
      ),
    },
    {
      id: 'whiten-before-turning',
      sentence:
        'The features are divided before they are turned, but the variances are those of the components. Project first, then divide.',
      wrong: refusingLike(whiten, (x, pca, epsilon) => {
        const scaled = divided(centre(x, pca.means), pca, (variance) =>
          Math.sqrt(variance + epsilon),
        );
        return matrixProduct(scaled, pca.components);
      }),
    },
    {
      id: 'whiten-not-turned',
      sentence:
        'The features are divided without being turned into components first, so that they stay correlated. Project, then divide.',
      wrong: refusingLike(whiten, (x, pca, epsilon) =>
        divided(centre(x, pca.means), pca, (variance) => Math.sqrt(variance + epsilon)),
      ),
    },
    {
      id: 'whiten-turned-back',
      sentence:
        'The whitened samples are turned back to the features. That is ZCA whitening; here they stay components.',
      wrong: refusingLike(whiten, (x, pca, epsilon) =>
        matrixProduct(whiten(x, pca, epsilon), pca.components.transpose(1, 0)),
      ),
    },
    {
      id: 'whiten-not-centred',
      sentence:
        'The samples are turned as they came. Take the means of the training set off first.',
      wrong: refusingLike(whiten, (x, pca, epsilon) =>
        whiten(x, { ...pca, means: map(pca.means, () => 0) }, epsilon),
      ),
    },
    {
      id: 'whiten-own-means',
      sentence:
        'The samples are centred by their own means. Take off pca.means, those of the training set, whatever set x is.',
      anchor: '#fitted-on-the-training-set-alone',
      wrong: refusingLike(whiten, (x, pca, epsilon) =>
        x.shape[0] === 0 ? copy(x) : whiten(x, { ...pca, means: columnMeans(x) }, epsilon),
      ),
    },
    {
      id: 'whiten-own-variances',
      sentence:
        'The coordinates are divided by the deviations that x has in them. Those of the training set are in pca.variances, whatever set x is.',
      anchor: '#fitted-on-the-training-set-alone',
      wrong: refusingLike(whiten, (x, pca, epsilon) => {
        if (x.shape[0] === 0) return copy(x);
        const z = project(x, pca, pca.means.size);
        const variances = perFeature(z, (values) => squares(values) / values.length);
        return whiten(x, { ...pca, variances }, epsilon);
      }),
    },
    {
      id: 'whiten-rows',
      sentence:
        'The rows of `components` are taken for the components. They are its columns, as in 12.10.',
      wrong: refusingLike(whiten, (x, pca, epsilon) =>
        whiten(x, { ...pca, components: pca.components.transpose(1, 0) }, epsilon),
      ),
    },
    {
      id: 'whiten-multiplies',
      sentence:
        'The coordinates are multiplied with the roots. Divide, so that every variance becomes 1.',
      wrong: refusingLike(whiten, (x, pca, epsilon) =>
        divided(
          project(x, pca, pca.means.size),
          pca,
          (variance) => 1 / Math.sqrt(variance + epsilon),
        ),
      ),
    },
    {
      id: 'whiten-projects-only',
      sentence:
        'This is the projection: nothing is divided, so the directions keep their variances. Divide each by √(λ + ε).',
      wrong: refusingLike(whiten, (x, pca) => project(x, pca, pca.means.size)),
    },
  ].map((one) => Object.assign(one, { exercise: '12.13 whiten' })),
];

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

/** The sum of the squared distances from the mean. */
function squares(values: readonly number[]): number {
  const middle = mean(values);
  return sum(values.map((value) => (value - middle) ** 2));
}

function deviation(values: readonly number[]): number {
  return Math.sqrt(squares(values) / values.length);
}

/** f of the values of each feature. */
function perFeature(x: Tensor, f: (values: number[]) => number): Tensor {
  const rows = rowsOf(x);
  return filled([x.shape[1]!], (d) => f(rows.map((row) => row[d]!)));
}

function ends(values: readonly number[]): [least: number, most: number] {
  return [Math.min(...values), Math.max(...values)];
}

/** Right deviations for constant features, and for the others what f makes of their values. */
function deviationsBy(f: (values: number[]) => number): (x: Tensor) => Standardizer {
  return always((values) => (new Set(values).size === 1 ? 1 : f(values)));
}

/** What f makes of the values of each feature for deviations. */
function always(f: (values: number[]) => number): (x: Tensor) => Standardizer {
  return refusingLike(fitStandardizer, (x) => ({
    means: columnMeans(x),
    deviations: perFeature(x, f),
  }));
}

interface Extremes {
  least: number;
  range: number;
}

function extremes(least: number, most: number): Extremes {
  return { least, range: most - least || 1 };
}

/** What f makes of the smallest and the largest value of each feature. */
function extremesBy(f: (least: number, most: number) => Extremes): (x: Tensor) => MinMax {
  return refusingLike(fitMinMax, (x) => ({
    minima: perFeature(x, (values) => f(...ends(values)).least),
    ranges: perFeature(x, (values) => f(...ends(values)).range),
  }));
}

/** A pixel and what surrounds it. */
interface Surroundings extends WindowOptions {
  image: Tensor;
  pixel: number;
  i: number;
  j: number;
  radius: number;
  /** The pixels of the window that lie inside of the image. */
  inside: number[];
  /** All pixels of the window, those outside of the image as told. */
  padded: (outside: (row: number, col: number) => number) => number[];
}

/** What f makes of each pixel. */
function windowed(
  f: (around: Surroundings) => number,
): (image: Tensor, options: WindowOptions) => Tensor {
  return refusingLike(localNormalize, (image, options) => {
    const radius = (options.size - 1) / 2;
    const [H, W] = image.shape as [number, number];
    const reach = Array.from({ length: options.size }, (_, i) => i - radius);
    return filled(image.shape, (i, j) =>
      f({
        ...options,
        image,
        pixel: image.get(i, j),
        i,
        j,
        radius,
        inside: within(image, [i - radius, i + radius], [j - radius, j + radius]),
        padded: (outside) =>
          reach.flatMap((down) =>
            reach.map((right) => {
              const [row, col] = [i + down, j + right];
              const isInside = row >= 0 && row < H && col >= 0 && col < W;
              return isInside ? image.get(row, col) : outside(row, col);
            }),
          ),
      }),
    );
  });
}

/** The pixels from one row to another and from one column to another, as far as there are any. */
function within(
  image: Tensor,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
): number[] {
  return rowsOf(image)
    .slice(Math.max(0, top), bottom + 1)
    .flatMap((row) => row.slice(Math.max(0, left), right + 1));
}

function normalized(pixel: number, values: readonly number[], epsilon: number): number {
  return (pixel - mean(values)) / (deviation(values) + epsilon);
}

/** (1/N) · XᵀX */
function secondMoments(x: Tensor): Tensor {
  return map(matrixProduct(x.transpose(1, 0), x), (value) => value / x.shape[0]!);
}

/** What f makes of the right components. */
function foundBy(
  f: (pca: PrincipalComponents, x: Tensor) => PrincipalComponents,
): (x: Tensor) => PrincipalComponents {
  return (x) => f(principalComponents(x), x);
}

function reversedColumns(x: Tensor): Tensor {
  return copy(x.step(1, -1));
}

/** Each column divided by what f makes of its variance. */
function divided(
  z: Tensor,
  { variances }: PrincipalComponents,
  f: (variance: number) => number,
): Tensor {
  return filled(z.shape, (n, k) => z.get(n, k) / f(variances.get(k)));
}
