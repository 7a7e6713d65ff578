// Before anything is painted: the colours and the language of the examples that were chosen before.
{
  const remembered = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null; // where the browser keeps nothing for this site
    }
  };
  const page = document.documentElement.dataset;
  const language = remembered('cube-language');
  page.language = ['shell', 'python', 'javascript', 'graphql'].includes(language) ? language : 'shell';
  const colours = remembered('cube-colours');
  if (colours === 'light' || colours === 'dark') page.colours = colours;
}
