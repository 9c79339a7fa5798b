import { recipe } from './recipe.js';

/** @type {import('next').NextConfig} */
export default {
  images: {
    // The widths that `next/image` asks the loader for are those that the recipe makes.
    deviceSizes: recipe.variants.flatMap(({ widths = [] }) => widths),
    imageSizes: [],
  },
};
