// SPDX-License-Identifier: BSD-2-Clause
//
// page.js - looks at HTML reports in headless Chromium, for page.sh
//
//     node page.js CHROMIUM [--shots FOLDER] FILE.html ...
//
// Each page is opened light and dark, at the width of a desk and of a phone,
// and as it prints.  A line for each thing amiss: what axe finds, a page
// that scrolls sideways, words of a drawing that run over each other or out
// of it, anything that is fetched.  Status 1 if there was one.
'use strict';

const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');
const puppeteer = require('puppeteer-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const WIDTHS = [1280, 390];
const THEMES = ['light', 'dark'];

// In the page: what sticks out sideways, and drawings that cannot be read.
function measure() {
	const amiss = [];
	const root = document.documentElement;

	if (root.scrollWidth > root.clientWidth)
		amiss.push('scrolls sideways: ' + root.scrollWidth +
		    ' px in ' + root.clientWidth);
	for (const svg of document.querySelectorAll('svg')) {
		const view = svg.viewBox.baseVal;
		const place = svg.getBoundingClientRect();

		if (place.left < 0 || place.right > root.clientWidth)
			amiss.push('a drawing is cut off');
		const seen = [];

		for (const text of svg.querySelectorAll('text')) {
			const box = text.getBBox();
			const words = text.textContent.slice(0, 60);

			if (box.width === 0)
				continue;
			if (box.x < view.x || box.y < view.y ||
			    box.x + box.width > view.x + view.width ||
			    box.y + box.height > view.y + view.height)
				amiss.push('out of its drawing: ' + words);
			for (const other of seen)
				if (box.x + 1 < other.x + other.width &&
				    other.x + 1 < box.x + box.width &&
				    box.y + 3 < other.y + other.height &&
				    other.y + 3 < box.y + box.height)
					amiss.push('words over each other: ' +
					    words + ' / ' + other.words);
			seen.push({ x: box.x, y: box.y, width: box.width,
				height: box.height, words });
		}
	}
	return amiss;
}

async function look(page, file, say, shots) {
	for (const theme of THEMES) {
		for (const width of WIDTHS) {
			const where = theme + ' ' + width + ': ';
			const name = path.basename(file, '.html') + '-' +
			    theme + '-' + width + '.png';

			await page.emulateMediaFeatures([{
				name: 'prefers-color-scheme', value: theme }]);
			await page.setViewport({ width, height: 900 });
			for (const words of await page.evaluate(measure))
				say(where + words);

			if (shots)
				await page.screenshot({ fullPage: true,
					path: path.join(shots, name) });

			// Once in each theme, once at each width: it is slow.
			if ((theme === 'light') !== (width === WIDTHS[0]))
				continue;

			const result = await page.evaluate(() =>
				window.axe.run());

			for (const v of result.violations)
				for (const node of v.nodes)
					say(where + 'axe ' + v.id + ': ' +
					    v.help + ': ' + node.target);
		}
	}
	const pdf = await page.pdf({ preferCSSPageSize: true });

	if (shots)
		fs.writeFileSync(path.join(shots,
			path.basename(file, '.html') + '.pdf'), pdf);
}

async function main() {
	const args = process.argv.slice(2);
	const executablePath = args.shift();
	let shots = null, amiss = 0;

	if (args[0] === '--shots') {
		args.shift();
		shots = args.shift();
	}

	const browser = await puppeteer.launch({ executablePath,
		args: ['--no-sandbox', '--disable-gpu',
			'--force-color-profile=srgb'] });

	for (const file of args) {
		const said = new Set();
		const page = await browser.newPage();
		const say = (words) => {
			if (!said.has(words))
				console.log(path.basename(file) + ': ' +
				    words);
			said.add(words);
			amiss++;
		};
		const url = pathToFileURL(path.resolve(file)).href;

		page.on('request', (request) => {
			if (request.url() !== url)
				say('fetches ' + request.url());
		});
		page.on('console', (message) => say(message.text()));
		await page.goto(url);
		await page.evaluate(axe);
		await look(page, file, say, shots);
		await page.close();
	}
	await browser.close();
	process.exitCode = amiss > 0 ? 1 : 0;
}

main().catch((error) => {
	console.error(error.message);
	process.exitCode = 2;
});
